/** Numbers for edits that no case has made, and no two figures make. */
let last = 1_000_000;

/** A new one. */
export function editRound(): number {
  last += 1;
  return last;
}
