import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A process that Cargo started for a unit: rustc with its arguments, or a build script. */
export type Started = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** A build by plain Cargo, and what it planned. Directories are those of a sandbox. */
export type LoggedBuild = { readonly graph: string; readonly started: readonly Started[] };

/** What is built, and how Cargo is called. */
export type Case = {
  /** Below `/build`: `source/Cargo.toml`, `vendor/dep/src/lib.rs`. */
  readonly files: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/**
 * Builds with plain Cargo and a rustc that writes down how it was called and leaves empty files: Cargo decides on
 * arguments and variables without looking into them. A build script that it "compiles" writes down its variables.
 *
 * @param base the same for all builds that are compared, since names hold paths
 */
export function loggedBuild(base: string, { files, words, env }: Case): LoggedBuild {
  for (const directory of ["source", "vendor", "log", "target/debug", "target/release"])
    rmSync(join(base, directory), { recursive: true, force: true });
  for (const directory of readdirSync(base))
    if (directory.startsWith("target-")) rmSync(join(base, directory));
  mkdirSync(join(base, "log"), { recursive: true });
  mkdirSync(join(base, "home"), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text.replaceAll("@base@", base));
  }
  const rustc = join(base, "rustc");
  try {
    readFileSync(rustc);
  } catch {
    writeFileSync(rustc, script(base));
    chmodSync(rustc, 0o755);
  }
  const { PATH, HOME, RUSTUP_HOME } = process.env;
  const own = { RUSTC: rustc, CARGO_HOME: join(base, "home"), CARGO_TARGET_DIR: join(base, "target") };
  const whole = { PATH, HOME, RUSTUP_HOME, ...own, ...env };
  const run = (args: readonly string[], more = {}) => {
    const ran = spawnSync("cargo", args, {
      cwd: join(base, "source"),
      env: { ...whole, ...more },
      encoding: "utf8",
      maxBuffer: 64 * 2 ** 20,
    });
    if (ran.status !== 0) throw new Error(`cargo ${args.join(" ")}\n${ran.stderr}`);
    return ran.stdout;
  };
  run(["generate-lockfile", "--offline"]);
  const graph = run([...words, "--unit-graph", "-Z", "unstable-options"], { RUSTC_BOOTSTRAP: "1" });
  run([...words, "-q"]);
  const inSandbox = (text: string) => text.replaceAll(base, "/build");
  const logs = readdirSync(join(base, "log"), { encoding: "utf8" });
  return {
    graph: inSandbox(graph),
    started: logs
      .filter((name) => name.endsWith(".env"))
      .map((name) => {
        const listed = (file: string) =>
          inSandbox(readFileSync(join(base, "log", file), "utf8"))
            .split("\0")
            .slice(0, -1);
        const args = name.replace(/env$/, "args");
        return {
          argv: logs.includes(args) ? listed(args) : [],
          env: Object.fromEntries(listed(name).map((line) => splitAt(line, line.indexOf("=")))),
        };
      }),
  };
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}

function script(base: string): string {
  const real = execFileSync("rustup", ["which", "rustc"], { encoding: "utf8" }).trim();
  return `#!/bin/sh
case " $* " in *" --crate-name ___ "* | *" -vV "*) exec ${real} "$@" ;; esac
printf '%s\\0' "$@" > ${base}/log/$$.args
env -0 > ${base}/log/$$.env
while [ $# -gt 0 ]; do
  case $1 in
    --crate-name) name=$2 ;;
    --out-dir) directory=$2 ;;
    extra-filename=*) extra=\${1#extra-filename=} ;;
  esac
  shift
done
stem=$directory/$name$extra
echo "$stem.d:" > "$stem.d"
for file in "$directory/lib$name$extra.rlib" "$directory/lib$name$extra.rmeta" "$directory/lib$name$extra.so"; do : > "$file"; done
cat > "$stem" <<'END'
#!/bin/sh
env -0 > ${base}/log/$$.env
echo cargo::rerun-if-changed=build.rs
END
chmod +x "$stem"
`;
}
