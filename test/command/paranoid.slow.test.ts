import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/store/openStore.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const main = (word: string) => `fn main() {\n    println!("${word}");\n}\n`;
const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": main("one"),
});
beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

async function build(...words: readonly string[]) {
  const { status, events } = await project.gantry(["build", "--log-format", "json", ...words]);
  const errors = events.filter(({ type, level }) => type === "diagnostic" && level === "error");
  return {
    status,
    errors: errors.map(({ code, message, notes }) => ({ code, message, notes })),
    said: events.filter(({ type }) => type === "note").map(({ text }) => text),
    results: events.flatMap(({ type, name, key }) => (type === "step" ? [{ step: name, key }] : [])),
  };
}

test("`--paranoid` finds that an empty store gives the same", async () => {
  expect(await build("--paranoid")).toMatchObject({
    status: 0,
    errors: [],
    said: [
      "`--paranoid`: building again with an empty store, which takes as long as a first build",
      "`--paranoid`: an empty store gives the same (1 file compared)",
    ],
  });
});

test("`--paranoid` tells a store that gives something else", async () => {
  const { results } = await build("--rebuild");
  project.write("src/main.rs", main("two"));
  const later = await build();
  {
    using store = valueOfResult(openStore(project.store));
    const [before, now] = [results, later.results].map((all) =>
      String(all.find(({ step }) => step === "tiny")?.key),
    );
    const result = store.records.get("result", before ?? "");
    if (!result || !now) throw new Error("the first build left no result");
    store.records.set("result", now, result);
  }
  expect(await build("--paranoid")).toMatchObject({
    status: 1,
    errors: [
      {
        code: "reused-wrongly",
        message: "`default` is not what an empty store gives",
        notes: [
          "two empty stores give the same, so what yours has was reused where it should have been built again",
          "the output: `bin/tiny` differs",
        ],
      },
    ],
  });
});

test("`--paranoid` tells a project that is never the same", async () => {
  project.write(
    "build.rs",
    `fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    println!("cargo::rustc-env=NOW={now}");
}
`,
  );
  project.write("src/main.rs", 'fn main() {\n    println!("{}", env!("NOW"));\n}\n');
  expect(await build("--paranoid")).toMatchObject({
    status: 1,
    errors: [
      {
        code: "not-reproducible",
        message: "two empty stores give two results of `default`",
        notes: expect.arrayContaining([
          "nothing was reused in either, so the project itself is never built to the same bytes",
          expect.stringMatching(/^a unit: `release\/build\/tiny-[0-9a-f]{16}\/output` differs$/),
          "the output: `bin/tiny` differs",
        ]),
      },
    ],
  });
});

test("`--paranoid` says of a build that fails whether it does with an empty store, too", async () => {
  project.write("build.rs", "fn main() {}\n");
  project.write("src/main.rs", "fn main() { missing(); }\n");
  const { status, errors, said } = await build("--paranoid");
  expect([status, errors.length]).toEqual([1, 1]);
  expect(errors[0]?.code).not.toBe("reused-wrongly");
  expect(said.at(-1)).toBe("`--paranoid`: the build fails with an empty store, too");
});

test("`--paranoid` is refused where a build sees its store", async () => {
  expect(await build("--paranoid", "--sandbox", "none")).toMatchObject({
    status: 2,
    errors: [{ code: "paranoid-needs-sandbox" }],
    results: [],
  });
});

test("`--paranoid` accuses nobody where an empty store cannot be filled", async () => {
  using it = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n[dependencies]\nsmall = "1"\n',
      "src/lib.rs": "",
    },
    { crates: [publishedCrate("small")] },
  );
  it.lock();
  expect((await it.gantry(["build"])).status).toBe(0);
  const env = { CARGO_HOME: `${it.home}-elsewhere` };
  const { status, events } = await it.gantry(["build", "--paranoid", "--offline", "--log-format", "json"], {
    env,
  });
  expect(status).toBe(1);
  expect(events.flatMap(({ level, code }) => (level === "error" ? [code] : []))).toEqual(["crate-missing"]);
});
