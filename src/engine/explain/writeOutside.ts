import type { Cause } from "./finding.ts";

const complaint = /Read-only file system|ReadOnlyFilesystem|os error 30\b/;

/** A write into the source, a vendored crate, the toolchain or the system: all of them inputs, which stay as they are. */
export const writeOutside: Cause = ({ text }) => {
  const line = text.split("\n").find((each) => complaint.test(each));
  if (line === undefined) return [];
  const path = /(?:^|[\s"'`(=])(\/[^\s"'`():,;]+)/.exec(line)?.[1];
  return [
    {
      note: `the build writes to ${path === undefined ? "an input" : `\`${path}\``}; inputs are read-only`,
      help: "write below `OUT_DIR` in a build script, below `CARGO_TARGET_TMPDIR` or `/tmp` in a test; declare generated files by keeping them in `src`",
    },
  ];
};
