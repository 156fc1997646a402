import type { Cause, FailedLog, Finding } from "./finding.ts";

type Kind = { readonly matches: RegExp; readonly finding: (path: string) => Finding };

/** Places that a build may look for, by what is there instead; the first that matches counts. */
const kinds: readonly Kind[] = [
  {
    matches: /\/(?:trees|blobs)\/[0-9a-f]{2}/,
    finding: (path) => ({
      note: `the build reads \`${path}\`; of the store it sees what is declared, and never where it lies`,
      help: "depend on what made it, through `Cargo.toml`, or keep a copy in the project",
    }),
  },
  {
    matches: /^(?:~|\/root|\/home\/[^/]+|\/Users\/[^/]+|\/build\/home)(?:\/|$)/,
    finding: (path) => ({
      note: `the build reads \`${path}\`; its home directory is empty, and nobody's own`,
      help: 'keep the file in the project, where `src` keeps it, or declare what it says: env: { NAME: "…" }',
    }),
  },
  {
    matches: /^(?:\/var)?\/tmp\//,
    finding: (path) => ({
      note: `the build reads \`${path}\`; each step has a \`/tmp\` of its own, empty at the start`,
      help: "keep the file in the project, where `src` keeps it",
    }),
  },
  {
    // What lies below `/usr` is the affair of tools, headers and libraries.
    matches: /^\/(?!build\/|usr\/|bin\/|lib\/|lib64\/|proc\/|dev\/|\/)[\w.-]+\/./,
    finding: (path) => ({
      note: `the build reads \`${path}\`, which lies outside of what it can see`,
      help: "keep the file in the project, where `src` keeps it, or declare the package that brings it",
    }),
  },
];

const complaint = /No such file|NotFound|os error (?:2|13)\b|Permission ?denied|PermissionDenied|not found/;

/** A file of the host by its absolute path: the user's home, `/tmp`, the store, and whatever else is not declared. */
export const outsidePath: Cause = (log) => {
  const found = new Map<string, Finding>();
  for (const path of missedPaths(log)) {
    const kind = kinds.find(({ matches }) => matches.test(path));
    if (kind) found.set(path, kind.finding(path));
  }
  return [...found.values()];
};

/** Absolute paths in lines that complain (not the `file:line:` that a compiler begins them with), and in the code just before a panic that does. */
function missedPaths({ text, panics }: FailedLog): string[] {
  const lines = text.split("\n").filter((line) => complaint.test(line) && !line.includes("panicked at"));
  const printed = lines.flatMap((line) => [
    ...line.matchAll(/(?:^|[\s"'`(=])([~]?\/[^\s"'`():,;]+)(?![^\s"'`():,;]|:\d)/g),
  ]);
  const literals = panics.flatMap(({ message, code }) => {
    if (!complaint.test(message)) return [];
    if (/home_dir\(|"HOME"/.test(code)) return [["", "~/…"]];
    return [...code.matchAll(/"(~?\/[^"\s]+)"/g)].slice(-1);
  });
  return [...printed, ...literals].map((match) => match[1] ?? "");
}
