import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { describeIsolated } from "./describeIsolated.ts";

/**
 * What could tell one build from another: generated code, a proc macro, the paths of sources and of
 * `OUT_DIR`.
 */
const crates = [
  publishedCrate("leaf", "", { "src/lib.rs": "pub fn place() -> &'static str {\n    file!()\n}\n" }),
  publishedCrate("scripted", '[dependencies]\nleaf = "1"\n', {
    "build.rs": `fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let text = format!("pub const OUT: &str = {out:?};\\npub const HERE: &str = {:?};\\n", std::env::current_dir().unwrap());
    std::fs::write(format!("{out}/generated.rs"), text).unwrap();
}
`,
    "src/lib.rs": 'include!(concat!(env!("OUT_DIR"), "/generated.rs"));\npub use leaf::place;\n',
  }),
  publishedCrate("derive", "[lib]\nproc-macro = true\n", {
    "src/lib.rs": `use proc_macro::TokenStream;

#[proc_macro_derive(Named)]
pub fn named(input: TokenStream) -> TokenStream {
    let name = input.to_string().split_whitespace().nth(1).unwrap().trim_end_matches(';').to_owned();
    format!("impl {name} {{ pub fn name() -> &'static str {{ {name:?} }} }}").parse().unwrap()
}
`,
  }),
];

const files = {
  "Cargo.toml":
    '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nderive = "1"\nscripted = "1"\n',
  "build.rs": `fn main() {
    println!("cargo::rustc-env=BUILT_IN={}", std::env::current_dir().unwrap().display());
    println!("cargo::rustc-env=BUILT_BY={:?}", std::env::var("USER"));
}
`,
  "src/main.rs": `#[derive(derive::Named)]
struct Parcel;

fn main() {
    println!("{} {} {}", Parcel::name(), env!("BUILT_IN"), env!("BUILT_BY"));
    println!("{} {} {}", scripted::OUT, scripted::HERE, scripted::place());
    assert!(std::env::args().count() < 9, "{}", file!());
}
`,
};

type Setting = {
  readonly jobs: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly through?: readonly string[];
};

/** The digest of the output, and those of all that a build left in its own store. */
async function built(project: TempProject, { jobs, ...setting }: Setting) {
  const ran = await project.gantry(
    ["build", `-j${jobs}`, "--sandbox", "full", "--log-format", "plain"],
    setting,
  );
  expect(ran.status, ran.err).toBe(0);
  return { output: basename(ran.out.trim()), trees: readdirSync(`${project.store}/trees`).sort() };
}

const here = (directory?: string) => {
  const project = tempProject(files, { crates, ...(directory !== undefined && { directory }) });
  project.lock();
  return project;
};

/**
 * Makes all of a project belong to `nobody`, who sees the toolchain although it may lie in another's home.
 */
function asNobody(project: TempProject): Omit<Setting, "jobs"> {
  const base = dirname(project.root);
  const toolchain = join(base, "toolchain");
  mkdirSync(toolchain);
  for (const path of ["", ...readdirSync(base, { recursive: true, encoding: "utf8" })])
    chownSync(join(base, path), 65534, 65534);
  const sysroot = spawnSync("rustc", ["--print", "sysroot"], { encoding: "utf8" }).stdout.trim();
  const script =
    'mount --bind "$1" "$2" && shift 2 && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
  return {
    env: { PATH: `${toolchain}/bin:/usr/bin:/bin`, USER: "nobody", HOME: base, RUSTUP_HOME: `${base}/none` },
    through: ["unshare", "--mount", "sh", "-c", script, "sh", sysroot, toolchain],
  };
}

describeIsolated("the same project gives the same bytes", () => {
  let first: Awaited<ReturnType<typeof built>>;
  beforeAll(async () => {
    using project = here();
    first = await built(project, { jobs: 1, env: { USER: "somebody" } });
  });

  test("at another path, with two processes", async () => {
    using project = here("another/place, with a longer name");
    const env = { USER: "somebody else", LANG: "de_DE.UTF-8", TZ: "Asia/Tokyo" };
    expect(await built(project, { jobs: 2, env })).toEqual(first);
  });

  test("by another user", async ({ skip }) => {
    if (process.getuid?.() !== 0) {
      console.error("\n!!! NOT COVERED: a build by another user: only root can start one as `nobody`\n");
      skip("only root can start a build as `nobody`");
    }
    using project = here();
    expect(await built(project, { jobs: 2, ...asNobody(project) })).toEqual(first);
  });
});
