import type { Cause } from "./finding.ts";
import { inputForLibrary } from "./nativeInput.ts";

/** The words of GNU ld, lld, mold, rustc for static libraries, and of bindgen for the one it loads. */
const complaints = [
  /(?:cannot find|unable to find library) -l:?(?:lib)?([\w.+-]+?)(?:\.(?:so|a)\b[\w.]*)?(?=[:\s]|$)/gm,
  /library not found: ([\w.+-]+)/g,
  /could not find native static library `([^`]+)`/g,
  /Unable to find lib(clang)\b/g,
];

/** A library that is linked or loaded and nobody declared. */
export const undeclaredLibrary: Cause = ({ text }) => {
  const found = new Set(
    complaints.flatMap((complaint) => [...text.matchAll(complaint)].map((match) => match[1] ?? "")),
  );
  return [...found].map((name) => ({
    note: `the build links \`lib${name}\`, which no declared input brings`,
    inputs: [inputForLibrary(name)],
  }));
};
