/** Of a host with two addresses, Node tells of both in one error without a text; of an abort, the reason beneath. */
export function rootCause(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.cause instanceof Error) return rootCause(thrown.cause);
  if (thrown instanceof AggregateError && thrown.message === "")
    return thrown.errors.map(rootCause).join("; ");
  return thrown.message === "aborted" ? "the connection broke off" : thrown.message || thrown.name;
}
