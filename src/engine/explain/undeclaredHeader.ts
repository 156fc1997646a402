import type { Cause } from "./finding.ts";
import { inputForHeader } from "./nativeInput.ts";

/** gcc's words, clang's, and a path below `/usr/include` that somebody opens. */
const complaints = [
  /fatal error: '?([\w./+-]+\.(?:h|hh|hpp|hxx))'?(?:: No such file or directory| file not found)/g,
  /\/usr\/(?:local\/)?include\/([\w./+-]+\.(?:h|hh|hpp|hxx))["'`]?[: ].*(?:No such file|NotFound)/g,
];

/** A C header that the build includes and nobody declared. */
export const undeclaredHeader: Cause = ({ text }) => {
  const found = new Set(
    complaints.flatMap((complaint) => [...text.matchAll(complaint)].map((match) => match[1] ?? "")),
  );
  return [...found].map((header) => ({
    note: `the build includes \`${header}\`, which no declared input brings`,
    inputs: [inputForHeader(header)],
  }));
};
