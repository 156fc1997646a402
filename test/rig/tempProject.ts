import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ran, type Running, startGantry } from "./gantry.ts";
import { lockText } from "./lockText.ts";
import { fillCargoHome, type PublishedCrate } from "./publishedCrate.ts";

/** A Cargo project, a Cargo home and a store of its own, all in one directory that vanishes. */
export type TempProject = Disposable & {
  /** The project's directory. */
  readonly root: string;
  /** `CARGO_HOME`: nothing in it but the crates, as downloaded. */
  readonly home: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Replaces a text that must be there. */
  edit(path: string, from: string, to: string): void;
  /** Writes the `Cargo.lock` that fits the manifests. */
  lock(): void;
  start(args: readonly string[], more?: More): Running;
  gantry(args: readonly string[], more?: More): Promise<Ran>;
  /** A text without what differs from run to run: directories, digests, times. */
  shown(text: string): string;
};

type More = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly through?: readonly string[];
  readonly cwd?: string;
  /** Default: the project's. */
  readonly store?: string;
};

type Setting = {
  readonly crates?: readonly PublishedCrate[];
  /** One that several projects share. Default: one of its own. */
  readonly store?: string;
  /** Of the project, below the directory that vanishes. Default: `project`. */
  readonly directory?: string;
};

export function tempProject(
  files: Readonly<Record<string, string>>,
  { crates = [], store: shared, directory = "project" }: Setting = {},
): TempProject {
  const base = mkdtempSync(join(tmpdir(), "gantry-project-"));
  const [root, home, store] = [join(base, directory), join(base, "home"), shared ?? join(base, "store")];
  mkdirSync(root, { recursive: true });
  fillCargoHome(home, crates);
  const { PATH, HOME, RUSTUP_HOME } = process.env;
  const rustup = RUSTUP_HOME || join(HOME || homedir(), ".rustup");
  // No toolchain is downloaded but by tests that say from where.
  const nowhere = { CARGO_NET_RETRY: "0", RUSTUP_DIST_SERVER: "http://127.0.0.1:10" };
  const env = { PATH, HOME: base, RUSTUP_HOME: rustup, CARGO_HOME: home, ...nowhere };
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const start = (args: readonly string[], more: More = {}): Running =>
    startGantry([...args, "--store", more.store ?? store], {
      cwd: root,
      ...more,
      env: { ...env, ...more.env },
    });
  for (const [path, text] of Object.entries(files)) write(path, text);
  const project: TempProject = {
    root,
    home,
    store,
    env,
    write,
    read,
    edit(path, from, to) {
      const text = read(path);
      if (!text.includes(from)) throw new Error(`\`${path}\` has no \`${from}\``);
      write(path, text.replace(from, to));
    },
    lock() {
      const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
      const manifests = paths.filter((path) => /(^|\/)Cargo\.toml$/.test(path));
      write("Cargo.lock", lockText(manifests.map(read), crates));
    },
    start,
    gantry: (args, more) => start(args, more).ended,
    shown: (text) =>
      text
        .replaceAll(root, "<project>")
        .replaceAll(store, "<store>")
        .replaceAll(home, "<home>")
        .replaceAll(base, "<base>")
        .replace(/\b[0-9a-f]{64}\b/g, "<digest>")
        .replace(/-[0-9a-f]{16}\b/g, "-<hash>")
        .replace(/(?<=^ *thread '.*') \(\d+\)(?= panicked)/gm, "")
        .replace(/\b\d+(\.\d+)?s\b/g, "<time>"),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
  return project;
}
