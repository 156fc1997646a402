import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
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

/** Newest first: Nix 2.34 of sid was seen to run. */
const suites = ["sid", "testing", "trixie"];

/**
 * Starts with an empty store. The first time on a machine it downloads some 40 MB of packages, by the machine's own apt, and
 * keeps them unpacked. Undefined, and reported, where there is no Nix.
 *
 * @param what the tests cover by it
 */
export function unpackedNix(what: string): Nix | undefined {
  const missing = "Nix, from a Debian with apt and bubblewrap (apt-get install bubblewrap)";
  const root = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gantry-tests/nix");
  try {
    if (!existsSync(join(root, "usr/bin/nix"))) unpack(root);
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
  const linked = ["lib", "lib64", "bin", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  return [
    ...["bwrap", "--ro-bind", join(root, "usr"), "/usr", ...linked, "--ro-bind", join(root, "etc"), "/etc"],
    ...[
      "--proc",
      "/proc",
      "--dev",
      "/dev",
      "--bind",
      tmpdir(),
      tmpdir(),
      "--bind",
      join(work, "nix"),
      "/nix",
    ],
    ...["--setenv", "HOME", join(work, "home"), "--setenv", "NIX_CONFIG", settings],
    ...["--setenv", "PATH", "/usr/bin", "--setenv", "GIT_CONFIG_GLOBAL", "/dev/null"],
  ];
}

function unpack(root: string): void {
  const packed = mkdtempSync(join(tmpdir(), "gantry-nix-packages-"));
  try {
    const suite = suites.find((each) => download(packed, each));
    if (suite === undefined) throw new Error("apt has no `nix-bin`");
    const next = `${root}.${process.pid}`;
    mkdirSync(join(next, "etc"), { recursive: true });
    for (const name of readdirSync(join(packed, "cache/archives")))
      if (name.endsWith(".deb")) execFileSync("dpkg-deb", ["-x", join(packed, "cache/archives", name), next]);
    writeFileSync(join(next, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
    // What runs with another loader than the machine's has its own libraries.
    for (const name of ["sh", "bash"])
      if (!existsSync(join(next, "usr/bin", name))) symlinkSync("bash-static", join(next, "usr/bin", name));
    rmSync(root, { recursive: true, force: true });
    renameSync(next, root);
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}

/** Programs that are not run here, and what they need alone. */
const unneeded =
  /^(perl|libperl|libdb|debconf|passwd|login|adduser|libwww|libpam|libsemanage|libsepol|base-passwd)/;

function download(directory: string, suite: string): boolean {
  for (const name of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, "status"), "");
  writeFileSync(join(directory, "sources.list"), `deb [signed-by=${keyring}] ${mirror()} ${suite} main\n`);
  const options = [
    ...[
      `Dir::State=${directory}/state`,
      `Dir::Cache=${directory}/cache`,
      `Dir::State::status=${directory}/status`,
    ],
    ...[`Dir::Etc::sourcelist=${directory}/sources.list`, "Dir::Etc::sourceparts=/dev/null"],
    ...["Acquire::Languages=none", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false"],
  ].flatMap((option) => ["-o", option]);
  const apt = (...args: readonly string[]) =>
    execFileSync("apt-get", [...options, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      cwd: join(directory, "cache/archives"),
    });
  try {
    apt("update", "-qq");
    const wanted = [
      "install",
      "--yes",
      "--no-install-recommends",
      "--print-uris",
      "nix-bin",
      "bash-static",
      "git",
    ];
    const listed = [...apt(...wanted).matchAll(/^'\S+' ([^_\s]+)_/gm)].map(([, name = ""]) => name);
    apt("download", ...listed.filter((name) => !unneeded.test(name)));
    return true;
  } catch {
    return false;
  }
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where this machine has its packages from. */
function mirror(): string {
  const lists = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"].flatMap((path) =>
    path.endsWith(".d") && existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [path],
  );
  const texts = lists.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  const found = texts
    .flatMap((text) => [...text.matchAll(/^(?:URIs: *|deb (?:\[.*?\] )?)(\S+)/gm)].map(([, url = ""]) => url))
    .find((url) => /\/debian\/?$/.test(url));
  if (found === undefined) throw new Error("this machine has no Debian packages");
  return found;
}
