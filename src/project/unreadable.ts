import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/** A file or directory of the project that the system does not let us read. `path` is shown as it is given. */
export function unreadable(path: string, thrown: unknown): Diagnostic {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return diagnostic(
    "source-unreadable",
    `\`${path}\` cannot be read: ${reasons[code] ?? "the system refused"}`,
    {
      help:
        code === "EACCES" ? [`chmod u+r ${path}`, "or, if no build needs it, let `.gitignore` name it"] : [],
      causes: [thrown instanceof Error ? thrown.message : String(thrown)],
    },
  );
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EISDIR: "it is a directory",
  EIO: "input/output error",
  ELOOP: "too many symbolic links",
};
