import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { release } from "node:os";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { NativePackage } from "../derivation/model.ts";
import type { Records } from "../store/store.ts";
import { bwrap } from "./bwrap.ts";
import { noSandbox } from "./noSandbox.ts";
import type { Sandbox } from "./sandbox.ts";

type Choosing = {
  readonly wanted: "bwrap" | "none" | "auto";
  /** The directories in which programs are looked for, as in `PATH`. */
  readonly path: string;
  /** Whether bubblewrap needs no trying, see `recordBwrapWorks`. */
  readonly records: Pick<Records, "get">;
  /** The directory in which the level `none` has its own. */
  readonly directory: string;
  /** How to install the package that has a program, on this machine. */
  readonly installAdvice: (names: PackageNames, program: string) => string;
};

type Choice = {
  readonly sandbox: Sandbox;
  /** Why there is no isolation, though it was wanted. */
  readonly warning?: Diagnostic;
  /** Bubblewrap was tried and works. */
  readonly wasTried: boolean;
};

/**
 * The sandbox to use. `auto` takes bubblewrap where it works, and else goes on without isolation, with a warning.
 *
 * Errors: `sandbox-missing`, where `bwrap` is asked for and cannot be had; `store-path`, where without it none can.
 */
export function chooseSandbox({ wanted, directory, ...machine }: Choosing): Result<Choice> {
  const none = withoutIsolation(directory);
  if (wanted === "none") return none.ok ? ok({ sandbox: none.value, wasTried: false }) : none;
  const missing = missingProgram(machine);
  const isKnown = machine.records.get("sandbox", kernelAndUser()) !== undefined;
  const problem = missing ?? (isKnown ? undefined : refusal(machine.path));
  if (!problem) return ok({ sandbox: bwrap, wasTried: !isKnown });
  if (wanted === "bwrap") return err(problem);
  if (!none.ok) return none;
  const warning = {
    ...problem,
    message: `building without isolation: ${problem.message}`,
    notes: [...problem.notes, "what is built now is kept apart from what a sandbox builds"],
  };
  return ok({ sandbox: none.value, warning, wasTried: false });
}

/**
 * Without a sandbox, the paths that a build sees begin with that of the store: in `PATH` a colon ends one, and in Cargo's
 * messages, from which its files are known, JSON writes the others differently.
 */
function withoutIsolation(directory: string): Result<Sandbox> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[:"\\$\x00-\x1f]/.test(directory)) return ok(noSandbox(directory));
  return err(
    diagnostic("store-path", `nothing can be built without isolation in \`${directory}\``, {
      notes: ['the path holds `:`, `"`, `\\`, `$` or a control character'],
      help: ["choose another store with `--store DIR`"],
    }),
  );
}

/** Records that bubblewrap works for this user on this kernel, so that it need not be tried again. */
export function recordBwrapWorks(records: Pick<Records, "set">): void {
  records.set("sandbox", kernelAndUser(), null);
}

function kernelAndUser(): string {
  return `${release()} ${process.getuid?.()}`;
}

function missingProgram({
  path,
  installAdvice,
}: Pick<Choosing, "path" | "installAdvice">): Diagnostic | undefined {
  const directories = path.split(":");
  for (const [program, names] of Object.entries(sandboxPrograms)) {
    if (directories.some((directory) => existsSync(`${directory}/${program}`))) continue;
    return diagnostic("sandbox-missing", `\`${program}\` is not installed`, {
      help: [installAdvice(names, program)],
    });
  }
  return undefined;
}

/** Tries to enter namespaces as `bwrap` does; undefined if the system lets it. */
function refusal(path: string): Diagnostic | undefined {
  const words = [
    ...["--user", "--map-root-user", "--mount", "--pid", "--fork", "bwrap", "--unshare-all"],
    ...["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"],
  ];
  const tried = spawnSync("unshare", words, { env: { PATH: path } });
  if (tried.status === 0) return undefined;
  const said = tried.stderr?.toString().trim() ?? "";
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

/** The programs that the sandbox consists of. */
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
