import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockText } from "../../rig/lockText.ts";
import { publishedCrate } from "../../rig/publishedCrate.ts";
import { tempProject } from "../../rig/tempProject.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn leaf() -> u32 { 42 }\n" });
const manifest = '[[bin]]\nname = "shouter"\npath = "src/main.rs"\n\n[dependencies]\nleaf = "1"\n';
const ownManifest = `[package]\nname = "shouter"\nversion = "1.0.0"\nedition = "2021"\n\n${manifest}`;

/** A program as it was published: with a lock, a `.gitignore` that means a file that it has, and its authors' settings. */
const shouter = publishedCrate("shouter", manifest, {
  "src/main.rs": 'include!("words.rs");\nfn main() { println!("{} {}", leaf::leaf(), WORD) }\n',
  "src/words.rs": 'const WORD: &str = "heard";\n',
  ".gitignore": "words.rs\n",
  ".cargo/config.toml": '[build]\nrustc-wrapper = "/nonexistent"\n',
  "Cargo.lock": lockText([ownManifest], [leaf]),
});
const withoutLock = publishedCrate("lockless", manifest, { "src/main.rs": "fn main() {}" });

const step = (tool: string) => `
import { defineProject } from "gantry";
export default defineProject(({ crane, tools }) => {
  const src = crane.cleanCargoSource(".");
  const shout = crane.mkCargoDerivation({
    src,
    pnameSuffix: "-shout",
    nativeBuildInputs: [${tool}],
    buildPhaseCargoCommand: [{ type: "run", name: "shout", argv: ["shouter"] }],
  });
  return { packages: {}, checks: { shout } };
});
`;

const pinned = (name: string, checksum: string) =>
  `version = 1\n\n[tool."${name}"]\nversion = "1.0.0"\nchecksum = "${checksum}"\n`;

const project = tempProject(
  {
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "fn main() {}\n",
    "gantry.config.ts": step('tools.crate("shouter")'),
  },
  { crates: [leaf, shouter, withoutLock] },
);
project.lock();
afterAll(() => project[Symbol.dispose]());

const check = (...more: string[]) => project.gantry(["check", "-q", "--color", "never", ...more]);

test("a tool that nothing pins is not guessed offline, and not pinned where the lock is frozen", async () => {
  const offline = await check("--offline");
  expect(project.shown(offline.err).trim()).toBe(
    [
      "error[tool-unpinned]: `gantry.lock` does not pin the tool `shouter`, and `--offline` was given",
      "  = help: run once without --offline, and commit `gantry.lock`",
    ].join("\n"),
  );
  const frozen = await check("--frozen");
  expect(frozen.err).toContain("error[lock-frozen]: `gantry.lock` does not pin the tool `shouter`");
  expect(existsSync(join(project.root, "gantry.lock"))).toBe(false);
});

test("a pinned tool is built from what was published, whatever git and its authors' settings say, and once", async () => {
  project.write("gantry.lock", pinned("shouter", shouter.checksum));
  const verbosely = () => project.gantry(["check", "--offline", "--color", "never"]);
  const first = await verbosely();
  expect(first.status, first.err).toBe(0);
  expect(first.err).toContain("Compiling shouter v1.0.0");
  expect(first.err).toContain("42 heard");
  expect(project.read("gantry.lock")).toBe(pinned("shouter", shouter.checksum));
  project.edit("src/main.rs", "fn main() {}", "fn main() { }");
  const second = await verbosely();
  expect(second.status, second.err).toBe(0);
  expect(second.err).toContain("42 heard");
  expect(second.err).not.toContain("shouter v1.0.0");
});

test("a version that the configuration names is pinned by a name of its own", async () => {
  project.write("gantry.config.ts", step('tools.crate("shouter", "1.0.0")'));
  const unpinned = await check("--frozen", "--offline");
  expect(unpinned.err).toContain("does not pin the tool `shouter@1.0.0`");
  project.write("gantry.lock", pinned("shouter@1.0.0", shouter.checksum));
  expect((await check("--frozen", "--offline")).status).toBe(0);
});

test("what is no whole version, and what was published without a lock, is said", async () => {
  project.write("gantry.config.ts", step('tools.crate("shouter", "1")'));
  const range = await check();
  expect(range.status).toBe(2);
  expect(range.err).toContain("error[tool-version]: `1` is no whole version of `shouter`");
  project.write("gantry.config.ts", step('tools.crate("lockless")'));
  project.write("gantry.lock", pinned("lockless", withoutLock.checksum));
  const lockless = await check("--offline");
  expect(lockless.err).toContain(
    "error[tool-without-lock]: `lockless` 1.0.0 was published without a `Cargo.lock`",
  );
});
