import { afterAll, expect, test } from "vitest";
import { defaultStore } from "../../src/store/openStore.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

// cargo-audit and cargo-deny themselves, from the user's own store: the first run builds them, by the versions in the lock, for many minutes.

const pinned = `version = 1

[tool."cargo-audit"]
version = "0.22.2"
checksum = "700c2b240f7fd330c24b675fe429f73a5b676531fcc6300400b2b67f155ba12a"
`;

const deny = `
[tool."cargo-deny"]
version = "0.20.2"
checksum = "e528dfcbe739af7ce37a77d3d6df1b29dd6887b1c701d888820c0f16b864f737"
`;

const leaf = publishedCrate("leaf");
const twig = publishedCrate("twig");
const mid = publishedCrate("mid", '[dependencies]\nleaf = "1"\n');

const advisory = (id: string, name: string, { patched, more = "" }: { patched: string; more?: string }) =>
  `\`\`\`toml
[advisory]
id = "${id}"
package = "${name}"
date = "${new Date().toISOString().slice(0, 10)}"
${more}
[versions]
patched = ["${patched}"]
\`\`\`

# ${name} forgets what it was told

It does.
`;

const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nmid = "1"\ntwig = "1"\n',
    "src/main.rs": "fn main() {}\n",
    "gantry.lock": pinned + deny,
    "deny.toml": '[licenses]\nallow = ["MIT"]\n',
    "advisories/crates/leaf/RUSTSEC-2026-0001.md": advisory("RUSTSEC-2026-0001", "leaf", {
      patched: ">= 1.0.1",
    }),
    "advisories/crates/leaf/RUSTSEC-2026-0002.md": advisory("RUSTSEC-2026-0002", "leaf", {
      patched: ">= 0.9.0",
    }),
    "advisories/crates/twig/RUSTSEC-2026-0003.md": advisory("RUSTSEC-2026-0003", "twig", {
      patched: ">= 1.0.1",
      more: `withdrawn = "${new Date().toISOString().slice(0, 10)}"`,
    }),
    "gantry.config.ts": `
import { defineProject } from "gantry";
export default defineProject(({ crane, path }) => ({
  packages: {},
  checks: {
    audit: crane.cargoAudit({ src: crane.cleanCargoSource("."), "advisory-db": path("advisories") }),
    deny: crane.cargoDeny({ src: crane.cleanCargoSource("."), "advisory-db": path("advisories") }),
  },
}));
`,
  },
  { crates: [leaf, twig, mid], store: defaultStore(process.env) },
);
project.lock();
afterAll(() => project[Symbol.dispose]());

test("of three advisories the one that is about a version in the lock, and was not withdrawn, fails the check", async () => {
  const { status, err } = await project.gantry(["check", "audit", "--color", "never"]);
  expect(status, err).toBe(1);
  expect(err).toContain(
    "  = note: Cargo.lock:1: RUSTSEC-2026-0001 is about `leaf` 1.0.0, leaf forgets what it was told: upgrade to >=1.0.1",
  );
  // The way to it.
  expect(err.replace(/\s+/g, " ")).toContain("leaf 1.0.0 └── mid 1.0.0 └── app 0.1.0");
  expect(err).not.toMatch(/RUSTSEC-2026-000[23]/);
  expect(err).not.toContain("crates.io index");
});

test("a lock that is audited well passes, also offline", async () => {
  project.write(".cargo/audit.toml", '[advisories]\nignore = ["RUSTSEC-2026-0001"]\n');
  const { status, err } = await project.gantry(["check", "audit", "--offline", "--color", "never"]);
  expect(status, err).toBe(0);
});

test("cargo-deny finds the same one, and what has no licence, without the project's code", async () => {
  const { status, err } = await project.gantry(["check", "deny", "--offline", "--color", "never"]);
  expect(status, err).toBe(1);
  expect(err).toContain(
    "RUSTSEC-2026-0001 is about `leaf` 1.0.0, leaf forgets what it was told: upgrade to >=1.0.1",
  );
  expect(err).not.toMatch(/RUSTSEC-2026-000[23]/);
  expect(err).toContain("error[unlicensed]: leaf = 1.0.0 is unlicensed");
  expect(err).toContain("advisories FAILED, bans ok, licenses FAILED, sources ok");
  expect(err).not.toContain("unable to check for yanked crates");
});
