import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";

/**
 * A file or directory of the project that the system does not let us read. `path` is shown as it is given.
 */
export function unreadable(path: string, thrown: unknown): Diagnostic {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const reason = reasons[code] ?? "the system refused";
  const permit = [`chmod u+r ${path}`, "or, if no build needs it, let `.gitignore` name it"];
  return diagnostic("source-unreadable", `\`${path}\` cannot be read: ${reason}`, {
    help: code === "EACCES" ? permit : [],
    causes: [thrown instanceof Error ? thrown.message : String(thrown)],
  });
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
