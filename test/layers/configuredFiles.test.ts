import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/** Reads the project's file of which Cargo's configuration gives it the path. */
const script = `fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let file = std::env::var("CONF").unwrap();
    let text = std::fs::read_to_string(file).unwrap_or("none".into());
    println!("cargo::rustc-env=TEXT={}", text.trim());
}
`;

const crates = [
  publishedCrate("scripted", "", {
    "build.rs": script,
    "src/lib.rs": 'pub const TEXT: &str = env!("TEXT");\npub const FLAGGED: bool = cfg!(flagged);\n',
  }),
];

const project = (name: string, store?: string): TempProject => {
  const made = tempProject(
    {
      ".cargo/config.toml": `[build]
rustc-wrapper = "tools/wrap.sh"
rustflags = ["@/build/source/flags.txt"]

[target.'cfg(unix)']
linker = "tools/join.sh"

[env]
CONF = { value = "conf/text.txt", relative = true }
`,
      "Cargo.toml": `[package]
name = "${name}"
version = "0.1.0"
edition = "2021"

[dependencies]
scripted = "1"
`,
      "build.rs": script,
      "conf/text.txt": "first\n",
      "flags.txt": "--cfg=plain\n",
      "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const named = fileset.include("conf/*", "tools/*", "flags.txt");
  const common = { src: fileset.union(crane.cleanCargoSource("."), named), doCheck: false };
  const cargoArtifacts = crane.buildDepsOnly(common);
  return {
    packages: {
      default: crane.buildPackage({ ...common, cargoArtifacts }),
      whole: crane.buildPackage({ ...common, pname: "whole", cargoArtifacts: null }),
    },
  };
});
`,
      "src/main.rs": `fn main() {
    println!("{} {} {} {}", env!("TEXT"), scripted::TEXT, scripted::FLAGGED, cfg!(wrapped));
}
`,
      "tools/join.sh": '#!/bin/sh\nexec cc "$@"\n',
      "tools/wrap.sh": '#!/bin/sh\nexec "$@"\n',
    },
    { crates, ...(store !== undefined && { store }) },
  );
  for (const tool of ["join", "wrap"]) chmodSync(`${made.root}/tools/${tool}.sh`, 0o755);
  made.lock();
  return made;
};

const first = project("first");
afterAll(() => first[Symbol.dispose]());

async function compiles(of: TempProject, ...words: string[]): Promise<Record<string, string[]>> {
  const ran = await of.gantry(["build", ...words, "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const says = (link = "result") =>
  execFileSync(`${first.root}/${link}/bin/first`, { encoding: "utf8" }).trimEnd();

const scripted = ["scripted custom-build build", "scripted lib build"];
const program = ["first bin build", "first custom-build build"];
const all = { "first-deps": scripted, first: program };

beforeAll(async () => {
  expect(await compiles(first)).toEqual(all);
}, 120_000);

test("the dependency layer has the files, and build scripts find them", () => {
  expect(says()).toBe("first first false false");
});

test("after an edit of code: the program", async () => {
  first.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(first)).toEqual({ first: ["first bin build"] });
});

test("after an edit of a file that `[env]` names with `relative`: everything", async () => {
  first.write("conf/text.txt", "second\n");
  expect(await compiles(first)).toEqual(all);
  expect(says()).toBe("second second false false");
});

test("after an edit of a file of flags, of a wrapper, of a linker: everything", async () => {
  first.write("flags.txt", "--cfg=flagged\n");
  expect(await compiles(first)).toEqual(all);
  first.edit("tools/wrap.sh", 'exec "$@"', 'exec "$@" --cfg=wrapped');
  expect(await compiles(first)).toEqual(all);
  expect(says()).toBe("second second true true");
  first.edit("tools/join.sh", "exec cc", "exec cc -s");
  expect(await compiles(first)).toEqual(all);
  const why = await first.gantry(["why"]);
  expect(why.out).toContain("`tools/join.sh` changed, which Cargo's configuration names");
});

test("the same without a dependency layer", async () => {
  const units = { whole: [...program, ...scripted] };
  first.write("conf/text.txt", "third\n");
  expect(await compiles(first, "whole")).toEqual(units);
  first.write("conf/text.txt", "fourth\n");
  expect(await compiles(first, "whole")).toEqual(units);
  expect(says("result-whole")).toBe("fourth fourth true true");
  first.edit("src/main.rs", "// edited", "// whole");
  expect(await compiles(first, "whole")).toEqual({ whole: ["first bin build"] });
  first.edit("src/main.rs", "// whole", "// edited");
});

test("a wrapper that reads a file besides, with a dependency layer or without: everything each time", async () => {
  const more = "cat tools/more.txt /build/source/tools/more.txt >&2\n";
  first.write("tools/more.txt", "");
  first.edit("tools/wrap.sh", "exec", `${more}exec`);
  await compiles(first);
  first.edit("src/main.rs", "// edited", "// layered");
  expect(await compiles(first)).toEqual({ first: ["first bin build", ...scripted] });
  first.edit("src/main.rs", "// layered", "// edited");
  await compiles(first, "whole");
  first.edit("src/main.rs", "// edited", "// more");
  expect(await compiles(first, "whole")).toEqual({ whole: ["first bin build", ...scripted] });
  const why = await first.gantry(["why"]);
  expect(why.out).toContain("it looks for `tools/more.txt` in the project, which its key does not hold");
  first.edit("src/main.rs", "// more", "// edited");
  first.edit("tools/wrap.sh", more, "");
});

test("another project with other files of the same names: everything of its own", async () => {
  using second = project("second", first.store);
  second.edit("tools/wrap.sh", "exec", "echo >&2\nexec");
  const own = ["second bin build", "second custom-build build"];
  expect(await compiles(second)).toEqual({ "second-deps": scripted, second: own });
});

test("where a variable names the project's root: no dependency after an edit of code", async () => {
  first.edit(".cargo/config.toml", "[env]", '[env]\nROOT = { value = "", relative = true }');
  expect(await compiles(first)).toEqual(all);
  first.edit("src/main.rs", "// edited", "// again");
  expect(await compiles(first)).toEqual({ first: ["first bin build"] });
});
