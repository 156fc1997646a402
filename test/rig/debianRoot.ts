import { execFileSync } from "node:child_process";
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
import { join } from "node:path";

/** Where what takes long to make is kept between runs. */
export function keptDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gantry-tests");
}

/** How a program of an unpacked root is started: with its libraries, and with some directories of the machine to write into. */
export function insideRoot(root: string, writable: readonly string[]): readonly string[] {
  const linked = ["lib", "lib64", "bin", "sbin"].flatMap((name) => ["--symlink", `usr/${name}`, `/${name}`]);
  return [
    ...["bwrap", "--ro-bind", join(root, "usr"), "/usr", ...linked, "--ro-bind", join(root, "etc"), "/etc"],
    ...["--proc", "/proc", "--dev", "/dev", ...writable.flatMap((path) => ["--bind", path, path])],
  ];
}

/** Newest first: Nix 2.34 and buildbox 1.4 of sid were seen to run. */
const suites = ["sid", "testing", "trixie"];

/**
 * Unpacks packages of Debian's, with all that they need, into a directory that programs can be run in, whatever the machine has.
 * What it downloads, some 40 MB for a program with its libraries, it does by the machine's own apt.
 *
 * @throws why that cannot be done here
 */
export function unpackDebian(root: string, packages: readonly string[]): void {
  const packed = mkdtempSync(join(tmpdir(), "gantry-nix-packages-"));
  try {
    const suite = suites.find((each) => download(packed, each, packages));
    if (suite === undefined) throw new Error(`apt has no \`${packages[0]}\``);
    const next = `${root}.${process.pid}`;
    mkdirSync(join(next, "etc"), { recursive: true });
    for (const name of readdirSync(join(packed, "cache/archives")))
      if (name.endsWith(".deb")) execFileSync("dpkg-deb", ["-x", join(packed, "cache/archives", name), next]);
    writeFileSync(join(next, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
    // What runs with another loader than the machine's has its own libraries.
    for (const name of ["sh", "bash"])
      if (existsSync(join(next, "usr/bin/bash-static")) && !existsSync(join(next, "usr/bin", name)))
        symlinkSync("bash-static", join(next, "usr/bin", name));
    rmSync(root, { recursive: true, force: true });
    renameSync(next, root);
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}

/** Programs that are not run here, and what they need alone. */
const unneeded =
  /^(perl|libperl|libdb|debconf|passwd|login|adduser|libwww|libpam|libsemanage|libsepol|base-passwd)/;

function download(directory: string, suite: string, packages: readonly string[]): boolean {
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
    const wanted = ["install", "--yes", "--no-install-recommends", "--print-uris", ...packages];
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
