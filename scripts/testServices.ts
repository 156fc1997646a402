// Has a real systemd start the unit that `gantry eject systemd` writes for a small server, and asks that what it may; has real Nix
// evaluate the NixOS module with nixpkgs' own library. As root: npm run test:services -- [LIB]
//
// systemd is process 1 of namespaces of its own, and sees the machine's files but for some that it may write over. LIB is a
// checkout of nix-community/nixpkgs.lib, which is only read.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { unpackedNix } from "../test/rig/nix.ts";

const root = join(import.meta.dirname, "..");
const [lib] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "gantry-services-"));
const project = join(work, "project");
const port = 18_094;

/** Answers with what it may and has, a line each. */
const server = `use std::io::{Read, Write};
fn main() {
    let address = std::env::args().nth(1).unwrap();
    let own = std::fs::write("own", "").is_ok();
    for stream in std::net::TcpListener::bind(address).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let field = |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap().split_whitespace().nth(1).unwrap().to_string();
        let said = [
            ("directory", std::env::current_dir().unwrap().display().to_string()),
            ("variables", format!("{} {}", std::env::var("GREETING").unwrap(), std::env::var("TOKEN").unwrap())),
            ("writes its own directory", own.to_string()),
            ("writes /etc", std::fs::write("/etc/gantry-services", "").is_ok().to_string()),
            ("reads /root", std::fs::read_dir("/root").is_ok().to_string()),
            ("sees /dev/kmsg", std::path::Path::new("/dev/kmsg").exists().to_string()),
            ("is root", (field("Uid:") == "0").to_string()),
            ("capabilities", field("CapBnd:")),
            ("filter of system calls", field("Seccomp:")),
        ];
        let text: String = said.iter().map(|(name, value)| format!("{name}: {value}\\n")).collect();
        let _ = write!(stream, "HTTP/1.0 200 OK\\r\\n\\r\\n{text}");
    }
}
`;

const expected = {
  directory: "/var/lib/private/small",
  variables: '100% "yours" hidden',
  "writes its own directory": "true",
  "writes /etc": "false",
  "reads /root": "false",
  "sees /dev/kmsg": "false",
  "is root": "false",
  capabilities: "0000000000000000",
  "filter of system calls": "2",
};

const configuration = `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const small = crane.buildPackage({ src: crane.cleanCargoSource(".") });
  const environment = { GREETING: '100% "yours"' };
  return {
    packages: { default: small },
    services: {
      small: crane.service({
        package: small, port: ${port}, args: ["127.0.0.1:{port}"], environment, stateDirectory: "small", healthCheck: { path: "/" },
      }),
    },
  };
});
`;

/** Where the unit waits for what a whole system starts, it is told not to. */
const started = `set -e
mount --make-rprivate /
mount -t proc proc /proc
for directory in /run /etc/systemd/system /usr/local/bin /var/lib; do mount -t tmpfs -o mode=755 tmpfs $directory; done
mkdir -p /run/systemd /run/lock /etc/systemd/system/small.service.d
install -D --mode=0755 ${work}/small /usr/local/bin/small
install -D --mode=0644 systemd/small.service /etc/systemd/system/small.service
printf 'TOKEN=hidden\\n' > /run/small.env
printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\nEnvironmentFile=/run/small.env\\n' > /etc/systemd/system/small.service.d/trial.conf
printf '[Unit]\\nDefaultDependencies=no\\nWants=small.service\\n' > /etc/systemd/system/trial.target
touch ${work}/console
mount --bind ${work}/console /dev/console
export container=other
exec /lib/systemd/systemd --system --unit=trial.target --log-target=console
`;

function prepare(): void {
  mkdirSync(join(project, "src"), { recursive: true });
  const manifest = '[package]\nname = "small"\nversion = "1.0.0"\nedition = "2021"\n';
  const lock = 'version = 4\n\n[[package]]\nname = "small"\nversion = "1.0.0"\n';
  const files = {
    "Cargo.toml": manifest,
    "Cargo.lock": lock,
    "src/main.rs": server,
    "gantry.config.ts": configuration,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
  execFileSync("git", ["init", "-q"], { cwd: project });
  for (const kind of ["flake", "systemd"])
    execFileSync(join(root, "gantry"), ["eject", kind, "-q"], { cwd: project, stdio: "inherit" });
  execFileSync("rustc", ["--edition=2021", "-o", join(work, "small"), "src/main.rs"], {
    cwd: project,
    stdio: "inherit",
  });
}

async function answered(): Promise<Readonly<Record<string, string>>> {
  for (let tries = 0; tries < 60; tries++) {
    await setTimeout(500);
    const text = await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.text(),
      () => undefined,
    );
    if (text !== undefined)
      return Object.fromEntries(
        text
          .trim()
          .split("\n")
          .map((line) => line.split(": ", 2)),
      );
  }
  console.error(readFileSync(join(work, "console"), "utf8"));
  return {};
}

/** Process 1 takes no signal but this one, and takes all that is in its namespace with it. */
function ended(outside: ChildProcess): void {
  const inside = execFileSync("pgrep", ["-P", String(outside.pid)], { encoding: "utf8" }).trim();
  if (/^\d+$/.test(inside)) process.kill(Number(inside), "SIGKILL");
}

async function bySystemd(): Promise<boolean> {
  const namespaces = ["--pid", "--fork", "--kill-child", "--mount", "--ipc", "--uts"];
  const systemd = spawn("unshare", [...namespaces, "bash", "-c", started], {
    cwd: project,
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const answer = await answered();
    for (const [name, value] of Object.entries(answer)) console.log(`${name}: ${value}`);
    return isDeepStrictEqual(answer, expected);
  } finally {
    ended(systemd);
  }
}

async function byNix(library: string): Promise<boolean> {
  using nix = unpackedNix("the module with nixpkgs' library");
  if (!nix) return false;
  cpSync(join(library, "lib"), join(work, "lib"), { recursive: true });
  cpSync(join(root, "test/eject/flake/realModules.nix"), join(work, "realModules.nix"));
  const expression = `import ${work}/realModules.nix { lib = import ${work}/lib; flake = ${project}/flake.nix; name = "small"; }`;
  const ran = await nix.nix(project, "eval", "--impure", "--json", "--expr", expression);
  if (ran.status !== 0) console.error(ran.err);
  console.log(ran.out);
  return ran.status === 0 && Object.values(JSON.parse(ran.out)).every((each) => each === true);
}

try {
  prepare();
  const isStarted = await bySystemd();
  const isEvaluated = lib === undefined ? undefined : await byNix(lib);
  console.log(`systemd: ${isStarted ? "as it should be" : "not as it should be"}`);
  if (isEvaluated !== undefined)
    console.log(`nixpkgs' library: ${isEvaluated ? "as it should be" : "not as it should be"}`);
  process.exitCode = isStarted && isEvaluated !== false ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
