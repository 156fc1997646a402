import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockText } from "../rig/lockText.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

/** Programs in the place of cargo-audit and cargo-deny, that tell what they were given and what they see. */
const telling = `
use std::{env, fs, path::Path};
fn walk(at: &Path, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(at) else { return };
    for entry in entries.flatten() {
        let (path, at) = (entry.path(), entry.path());
        if at.is_dir() { walk(&at, found) } else {
            let size = fs::metadata(&path).map(|data| data.len()).unwrap_or(0);
            found.push(format!("{}{}", path.display(), if size == 0 { " (empty)" } else { "" }));
        }
    }
}
fn main() {
    println!("given {}", env::args().skip(1).collect::<Vec<_>>().join(" "));
    for place in ["/build/source", "/build/advisory-db", "/build/home/.cargo"] {
        let mut found = Vec::new();
        walk(Path::new(place), &mut found);
        found.sort();
        for file in found { println!("sees {file}"); }
    }
}
`;
const tool = (name: string) => {
  const manifest = `[[bin]]\nname = "${name}"\npath = "src/main.rs"\n`;
  const own = `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n\n${manifest}`;
  return publishedCrate(name, manifest, { "src/main.rs": telling, "Cargo.lock": lockText([own], []) });
};
const [audit, deny] = [tool("cargo-audit"), tool("cargo-deny")];
const leaf = publishedCrate("leaf");

const advisory = (date: string) =>
  `\`\`\`toml\n[advisory]\nid = "RUSTSEC-2026-0001"\npackage = "leaf"\ndate = "${date}"\n\`\`\`\n`;
const today = new Date().toISOString().slice(0, 10);
const config = (args: string) => `
import { defineProject } from "gantry";
export default defineProject(({ crane, path }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: {}, checks: { ${args} } };
});
`;
const both =
  'audit: crane.cargoAudit({ src, "advisory-db": path("advisories") }), deny: crane.cargoDeny({ src, "advisory-db": path("advisories") })';

const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nleaf = "1"\n',
    "src/main.rs": "fn main() {}\n",
    "src/bin/more.rs": "fn main() {}\n",
    "rustfmt.toml": "max_width = 80\n",
    "deny.toml": "[licenses]\nallow = []\n",
    ".cargo/audit.toml": "[advisories]\nignore = []\n",
    LICENSE: "do as you like\n",
    "advisories/crates/leaf/RUSTSEC-2026-0001.md": advisory(today),
    "gantry.config.ts": config(both),
    "gantry.lock": `version = 1\n\n${[audit, deny].map(({ name, checksum }) => `[tool."${name}"]\nversion = "1.0.0"\nchecksum = "${checksum}"\n`).join("\n")}`,
  },
  { crates: [leaf, audit, deny] },
);
project.lock();
afterAll(() => project[Symbol.dispose]());

const check = async (...names: string[]) => {
  const ran = await project.gantry(["check", "--offline", "--color", "never", ...names]);
  return { status: ran.status, said: project.shown(ran.err).trim() };
};
const log = async (step: string) => (await project.gantry(["log", step])).out.trim().split("\n");

test("cargo-audit sees the lock and its own settings; cargo-deny manifests and licences too, and code without its text", async () => {
  const { status, said } = await check();
  expect(status, said).toBe(0);
  const database = "sees /build/advisory-db/crates/leaf/RUSTSEC-2026-0001.md";
  expect(await log("app-audit")).toEqual([
    "given audit -n -d /build/advisory-db --no-yanked",
    "sees /build/source/.cargo/audit.toml",
    "sees /build/source/Cargo.lock",
    database,
  ]);
  const expected = "/build/home/.cargo/advisory-dbs/advisory-db-3157b0e258782691";
  expect(await log("app-deny")).toEqual([
    "given deny --offline check --allow index-failure advisories bans licenses sources",
    "sees /build/source/.cargo/audit.toml",
    "sees /build/source/Cargo.lock",
    "sees /build/source/Cargo.toml",
    "sees /build/source/LICENSE",
    "sees /build/source/deny.toml",
    "sees /build/source/src/bin/more.rs (empty)",
    "sees /build/source/src/main.rs (empty)",
    database,
    `sees ${expected}/.git/FETCH_HEAD (empty)`,
    `sees ${expected}/crates/leaf/RUSTSEC-2026-0001.md`,
  ]);
});

test("an edit of code has neither run again, one of the manifest cargo-deny alone, one of the database both", async () => {
  const ran = async () =>
    [...(await check()).said.matchAll(/(?:Built|Fresh) (app-\w+)/g)].map(([, step]) => step).sort();
  project.edit("src/main.rs", "{}", "{ let _ = 1; }");
  project.write("rustfmt.toml", "max_width = 90\n");
  expect(await ran()).toEqual([]);
  project.edit("Cargo.toml", 'edition = "2021"', 'edition = "2021"\nlicense = "MIT"');
  expect(await ran()).toEqual(["app-deny"]);
  project.write("advisories/crates/leaf/RUSTSEC-2026-0002.md", advisory(today).replace("0001", "0002"));
  expect(await ran()).toEqual(["app-audit", "app-deny"]);
});

test("a database that is old is said to be, each time, and answers as ever", async () => {
  rmSync(join(project.root, "advisories/crates/leaf/RUSTSEC-2026-0002.md"));
  project.write("advisories/crates/leaf/RUSTSEC-2026-0001.md", advisory("2020-02-01"));
  for (const _ of ["built", "from the store"]) {
    const { status, said } = await check("audit");
    expect(status, said).toBe(0);
    expect(said).toMatch(
      /warning\[advisory-db-old\]: the newest advisory of `advisory-db` \(source advisories\) is \d+ days old/,
    );
    expect(said).toContain("it is of 2020-02-01: what was found since, no check knows");
  }
});

const wrong = async (args: string) => {
  project.write("gantry.config.ts", config(args));
  const { status, said } = await check("-q");
  return { status, said: said.split("\n").filter((line) => /^error| = note/.test(line)) };
};

test("a database that is missing or none, and settings that cannot be read, are said before anything runs", async () => {
  expect(await wrong("audit: crane.cargoAudit({ src })")).toMatchObject({
    status: 2,
    said: ["error[advisory-db-undeclared]: `advisory-db` of `cargoAudit` is missing", expect.anything()],
  });
  expect(await wrong('deny: crane.cargoDeny({ src, cargoDenyChecks: ["advisories"] })')).toMatchObject({
    status: 2,
    said: [
      "error[advisory-db-undeclared]: `cargoDenyChecks` of `cargoDeny` (`advisories`) asks for advisories, and `advisory-db` is missing",
      expect.anything(),
    ],
  });
  expect((await wrong('audit: crane.cargoAudit({ src, "advisory-db": "advisories" })')).said[0]).toContain(
    '`advisory-db` of `cargoAudit` must be a directory, as `git({ url, rev })` or `path("advisory-db")` give it',
  );
  expect((await wrong('audit: crane.cargoAudit({ src, "advisory-db": path("gone") })')).said[0]).toContain(
    "error[source-missing]",
  );
  expect(await wrong('audit: crane.cargoAudit({ src, "advisory-db": path("src") })')).toEqual({
    status: 2,
    said: [
      "error[advisory-db-invalid]: `advisory-db` (source src) is no database of advisories",
      "  = note: it has no directory `crates`, in which a database has its advisories: `crates/NAME/ID.md`",
    ],
  });
  project.write("deny.toml", '[advisories]\ndb-urls = ["https://example.org/db"]\n');
  expect(await wrong(both)).toMatchObject({
    status: 2,
    said: expect.arrayContaining([
      "error[advisory-db-other]: `deny.toml` has cargo-deny look for another database",
    ]),
  });
  project.write("deny.toml", "[licenses\n");
  expect((await wrong("deny: crane.cargoDeny({ src })")).said[0]).toContain(
    "error[toml-syntax]: `deny.toml` is not valid TOML",
  );
});
