import { spawnSync } from "node:child_process";
import { release } from "node:os";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { NativePackage } from "../derivation/model.ts";
import type { Records } from "../store/store.ts";
import { bwrap, missingProgram } from "./bwrap.ts";
import { noSandbox } from "./noSandbox.ts";
import type { Sandbox } from "./sandbox.ts";

type Choice = {
  readonly wanted: "bwrap" | "none" | "auto";
  readonly path: string;
  /** What was found out about this machine before. */
  readonly records: Records;
  /** Where the level `none` has its rooms. */
  readonly directory: string;
  /** How to install the package that has a program, on this machine. */
  readonly installAdvice: (names: PackageNames, program: string) => string;
  readonly warn: (diagnostic: Diagnostic) => void;
};

/**
 * The sandbox to use. `auto` takes bubblewrap where it works, and else goes on without isolation, after saying so.
 *
 * Errors: `sandbox-missing`, where `bwrap` is asked for and cannot be had.
 */
export function chooseSandbox(choice: Choice): Result<Sandbox> {
  const none = noSandbox(choice.directory);
  if (choice.wanted === "none") return ok(none);
  const problem = problemWithBwrap(choice);
  if (!problem) return ok(bwrap);
  if (choice.wanted === "bwrap") return err(problem);
  choice.warn({
    ...problem,
    message: `building without isolation: ${problem.message}`,
    notes: [...problem.notes, "what is built now is kept apart from what a sandbox builds"],
  });
  return ok(none);
}

function problemWithBwrap({ path, records, installAdvice }: Choice): Diagnostic | undefined {
  const missing = missingProgram(path);
  if (missing) {
    return diagnostic("sandbox-missing", `\`${missing}\` is not installed`, {
      help: [installAdvice(sandboxPrograms[missing] ?? {}, missing)],
    });
  }
  const key = `${release()} ${process.getuid?.()}`;
  if (records.get("sandbox", key) !== undefined) return undefined;
  const tried = spawnSync("unshare", [
    ...["--user", "--map-root-user", "--mount", "--pid", "--fork", "bwrap", "--unshare-all"],
    ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
  ]);
  if (tried.status !== 0) return namespacesRefused(tried.stderr?.toString().trim() ?? "");
  records.set("sandbox", key, null);
  return undefined;
}

function namespacesRefused(said: string): Diagnostic {
  return diagnostic("sandbox-missing", "the system does not allow user namespaces", {
    causes: said === "" ? [] : [said],
    help: [
      "allow them, for example: sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0",
      "in a container, run it with a seccomp profile that allows `unshare`",
    ],
  });
}

/** What each package manager calls the package that has a program. */
type PackageNames = NativePackage["names"];

const utilLinux: PackageNames = {
  apt: ["util-linux"],
  dnf: ["util-linux"],
  pacman: ["util-linux"],
  apk: ["util-linux-misc"],
  nixpkgs: ["util-linux"],
};

/** The packages of the programs that the sandbox consists of. */
const sandboxPrograms: Readonly<Record<string, PackageNames>> = {
  bwrap: {
    apt: ["bubblewrap"],
    dnf: ["bubblewrap"],
    pacman: ["bubblewrap"],
    apk: ["bubblewrap"],
    nixpkgs: ["bubblewrap"],
  },
  setpriv: { ...utilLinux, apk: ["setpriv"] },
  unshare: utilLinux,
  mount: { ...utilLinux, apt: ["mount"], apk: ["mount"] },
};
