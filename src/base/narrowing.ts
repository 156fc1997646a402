/** What the system, or Node, calls an error, such as `ENOENT`; empty for what neither has a name for. */
export function errorCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** Ends an exhaustive `switch`: it does not compile while a member of the union is left over. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
