/** How many are in one of the lists only; a name that stands several times counts as often. */
export function differences(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  let missing = 0;
  for (const name of one) {
    const at = left.indexOf(name);
    if (at < 0) missing += 1;
    else left.splice(at, 1);
  }
  return missing + left.length;
}
