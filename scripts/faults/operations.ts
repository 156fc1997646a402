import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostTriple } from "../../src/fetch/toolchain/findToolchain.ts";
import { distribution } from "../../test/rig/distribution.ts";
import { publishedCrate } from "../../test/rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../../test/rig/tempProject.ts";
import { outputOf, rebuilt } from "./rebuilt.ts";
import { addGarbage, must, type Operation, type Place, run, type Subject } from "./rig.ts";
import { sharing } from "./sharing.ts";

const names = ["one", "two", "three", "four"];
const crates = names.map((name, index) =>
  publishedCrate(name, index === 0 ? "" : `[dependencies]\n${names[index - 1]} = "1"\n`, {
    "build.rs": "fn main() {}\n",
  }),
);
const manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n';

/** Of a project with four crates below each other. What is the same each time is built already. */
export async function subject(random: () => number): Promise<Subject> {
  const project = tempProject(
    { "Cargo.toml": `${manifest}\n[dependencies]\nfour = "1"\n`, "src/main.rs": "fn main() {}\n" },
    { crates },
  );
  project.lock();
  const { store } = project;
  const place: Place = { cwd: project.root, env: project.env };
  const build = ["build", "--log-format", "json", "--store", store];
  configure(project, 0);
  const whole = outputOf(await must(build, place));
  const rebuild = (mayCompile: readonly string[]) => rebuilt(build, place, { whole, mayCompile });
  const toolchains = await packedToolchains(project);
  const shared = await sharing({
    ...{ project, place, crates: names },
    configure: (round) => configure(project, round),
  });
  const edit = (round: number) => project.write("src/main.rs", `fn main() {}\n// ${round}\n`);
  const repaired = async () => {
    const verified = await run(["store", "verify", "--repair", "--store", store], place);
    // With a unit go all results, and what was known of the project's own units.
    return [...(verified.status === 0 ? [] : [verified.err]), ...(await rebuild(["app"]))];
  };
  return {
    project,
    store,
    place,
    operations: [
      {
        name: "`build` of an edit",
        share: 200,
        prepare: edit,
        words: () => build,
        place,
        after: () => rebuild(["app"]),
      },
      {
        name: "`build` of everything",
        share: 50,
        prepare: (round) => configure(project, round),
        words: () => build,
        place,
        after: () => rebuild([...names, "app"]),
      },
      {
        name: "`store gc`",
        share: 180,
        prepare: async () => void (await addGarbage(store, 60, random)),
        words: () => ["store", "gc", "--older-than", "1d", "--store", store],
        place,
        after: () => rebuild([]),
      },
      {
        name: "`store verify --repair`",
        share: 50,
        async prepare() {
          for (const tree of await addGarbage(store, 20, random))
            if (random() < 0.3) writeFileSync(join(store, "trees", tree, "lib/f0"), "damaged");
        },
        words: () => ["store", "verify", "--repair", "--store", store],
        place,
        after: repaired,
      },
      ...toolchains.operations,
      ...shared.operations,
    ],
    fillings: shared.fillings,
    async [Symbol.asyncDispose]() {
      await shared[Symbol.asyncDispose]();
      await toolchains[Symbol.asyncDispose]();
      project[Symbol.dispose]();
    },
  };
}

/** Has everything be compiled anew, and what comes out the same. */
function configure(project: TempProject, round: number): void {
  project.write(
    "gantry.config.ts",
    `export default ({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), doCheck: false, env: { ROUND: "${round}" } }) },
});
`,
  );
}

/** Packing and unpacking a toolchain, which a server on this machine has; the project's own is another. */
async function packedToolchains({ root, env, store }: TempProject) {
  const host = hostTriple();
  const version = "1.95.0 (0123456789 2026-04-14)";
  const texts = Object.fromEntries(
    Array.from({ length: 400 }, (_, at) => [
      `lib/rustlib/src/rust/library/d${at % 9}/${at}.rs`,
      `// ${at}\n`,
    ]),
  );
  const part = (name: string, target: string, files: Readonly<Record<string, string>>) => ({
    name,
    target,
    files,
  });
  const server = await distribution(host, [
    {
      ...{ channels: ["1.95.0"], date: "2026-04-16", version },
      components: [
        part("rustc", host, { "bin/rustc": `#!/bin/sh\necho "rustc ${version}"\n` }),
        part("cargo", host, { "bin/cargo": "#!/bin/sh\n" }),
        part("rust-std", host, { [`lib/rustlib/${host}/lib/libstd.rlib`]: "std".repeat(1_000_000) }),
        part("rust-src", "*", texts),
      ],
    },
  ]);
  const base = dirname(root);
  const place: Place = {
    cwd: base,
    env: { ...env, RUSTUP_HOME: join(base, "rustup"), RUSTUP_DIST_SERVER: server.url },
  };
  const archive = join(base, "toolchain.tar.zst");
  const pack = ["store", "pack", "--toolchain", "1.95.0", "-c", "rust-src", "--output"];
  const into = ["--store", store];
  await must([...pack, archive, ...into], place);
  const tried = join(base, "tried.tar.zst");
  const another = join(base, "another");
  const unpack = async (from: string, to: string) => {
    const ended = await run(["store", "unpack", from, "--store", to], place);
    return ended.status === 0 ? [] : [`unpack: ${ended.err}`];
  };
  const operations: readonly Operation[] = [
    {
      name: "`store pack`",
      share: 70,
      prepare: () => rmSync(tried, { force: true }),
      words: () => [...pack, tried, ...into],
      place,
      async after() {
        // An archive that has its name is whole.
        const early = existsSync(tried) ? await unpack(tried, another) : [];
        rmSync(tried, { force: true });
        const ended = await run([...pack, tried, ...into], place);
        return [...early, ...(ended.status === 0 ? await unpack(tried, another) : [ended.err])];
      },
    },
    {
      name: "`store unpack`",
      share: 70,
      prepare: () => rmSync(another, { recursive: true, force: true }),
      words: () => ["store", "unpack", archive, "--store", another],
      place,
      async after() {
        const unpacked = await unpack(archive, another);
        const verified = await run(["store", "verify", "--store", another], place);
        return [...unpacked, ...(verified.status === 0 ? [] : [verified.err])];
      },
    },
  ];
  return { operations, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
