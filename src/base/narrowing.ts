/** Ends an exhaustive `switch`: it does not compile while a member of the union is left over. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
