import * as v from "valibot";

/** What a name must be, as a message goes on after "must be". */
export const nameWanted =
  "a name without `/` and line breaks, of at most 200 bytes, that does not begin with `-`";

/**
 * Whether a word can be the name of a package, a check or a step: it stands in the name of a file (`result-NAME`), on the
 * command line, and in a line of what is said. A file's name may have 255 bytes, and something is added to this one.
 */
export function isName(name: string): boolean {
  return /^[^-/\p{Cc}\p{Cs}][^/\p{Cc}\p{Cs}]*$/u.test(name) && Buffer.byteLength(name) <= 200;
}

export const nameSchema = v.pipe(v.string(), v.check(isName, nameWanted));

/** What follows a name. */
export const nameSuffixSchema = v.pipe(
  v.string(),
  v.check((suffix) => isName(`x${suffix}`), nameWanted),
);
