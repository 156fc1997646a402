/**
 * What in a word of flags may be a path, each once: all of it, and its parts between the characters that rustc, the C
 * compiler and `ld` put before a path, with and without a flag of one letter.
 *
 * @example
 * wordPaths("-Clink-arg=-Wl,-T,ld.x") // among others "ld.x"
 */
export function wordPaths(word: string): readonly string[] {
  const marks = [...word.matchAll(/[@=,:;\s"']/g)].map(({ index }) => index);
  const starts = [0, ...marks.map((index) => index + 1)];
  const ends = [...marks, word.length];
  const parts = starts.flatMap((start) =>
    ends.filter((end) => end > start).map((end) => word.slice(start, end)),
  );
  return [...new Set(parts.flatMap((part) => [part, part.replace(/^-[A-Za-z]/, "")]))].filter(
    (part) => part !== "",
  );
}
