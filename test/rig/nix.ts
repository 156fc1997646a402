import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { insideRoot, keptDirectory, unpackDebian } from "./debianRoot.ts";
import { notCovered } from "./notCovered.ts";

/** A Nix of Debian's, unpacked beside the machine's own programs, with a store of its own. */
export type Nix = Disposable & {
  /** Runs `nix` in a directory. */
  nix(directory: string, ...args: readonly string[]): Promise<NixRan>;
  /** The files of each tree in its store that has a name, sorted. */
  filesIn(name: string): readonly (readonly string[])[];
  /** A directory with a program `nix`, for a `PATH`. */
  readonly bin: string;
};

export type NixRan = { readonly status: number; readonly out: string; readonly err: string };

/** Offline, without a daemon and without other users. */
const settings = `experimental-features = nix-command flakes
build-users-group =
sandbox = false
substituters =
flake-registry =
warn-dirty = false
`;

/**
 * Starts with an empty store. The first time on a machine it downloads some 40 MB of packages, by the machine's own apt, and
 * keeps them unpacked. Undefined, and reported, where there is no Nix.
 *
 * @param what the tests cover by it
 */
export function unpackedNix(what: string): Nix | undefined {
  const missing = "Nix, from a Debian with apt and bubblewrap (apt-get install bubblewrap)";
  const root = join(keptDirectory(), "nix");
  try {
    if (!existsSync(join(root, "usr/bin/nix"))) unpackDebian(root, ["nix-bin", "bash-static", "git"]);
  } catch (thrown) {
    notCovered(what, `${missing}: ${thrown instanceof Error ? thrown.message.split("\n")[0] : thrown}`);
    return undefined;
  }
  const work = mkdtempSync(join(tmpdir(), "gantry-nix-"));
  for (const name of ["nix", "home", "bin"]) mkdirSync(join(work, name));
  const program = `#!/bin/sh\nexec ${[...inRoot(root, work), "--chdir"].map((word) => `'${word}'`).join(" ")} "$PWD" nix "$@"\n`;
  writeFileSync(join(work, "bin/nix"), program, { mode: 0o755 });
  // Makes the store's database, on which several that start at once would get into each other's way.
  execFileSync(join(work, "bin/nix"), ["path-info", "--all"], { cwd: work, stdio: "ignore" });
  return {
    bin: join(work, "bin"),
    nix: (directory, ...args) =>
      new Promise((resolve) =>
        execFile(
          join(work, "bin/nix"),
          args,
          { cwd: directory, encoding: "utf8", maxBuffer: 1 << 26 },
          (error, out, err) =>
            resolve({ status: error ? (typeof error.code === "number" ? error.code : -1) : 0, out, err }),
        ),
      ),
    filesIn(name) {
      const trees = readdirSync(join(work, "nix/store")).filter((each) => each.slice(33) === name);
      return trees.map((tree) =>
        readdirSync(join(work, "nix/store", tree), { recursive: true, withFileTypes: true })
          .filter((each) => each.isFile())
          .map((each) => relative(join(work, "nix/store", tree), join(each.parentPath, each.name)))
          .sort(),
      );
    },
    [Symbol.dispose]: () => {
      execFileSync("chmod", ["-R", "u+w", work]);
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** The unpacked root's programs and libraries, and of the machine what tests write into. */
function inRoot(root: string, work: string): readonly string[] {
  return [
    ...insideRoot(root, [tmpdir()]),
    ...["--bind", join(work, "nix"), "/nix"],
    ...["--setenv", "HOME", join(work, "home"), "--setenv", "NIX_CONFIG", settings],
    ...["--setenv", "PATH", "/usr/bin", "--setenv", "GIT_CONFIG_GLOBAL", "/dev/null"],
  ];
}
