import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventLine } from "../rig/gantry.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const slow = publishedCrate("slow", "", {
  "build.rs": "fn main() { std::thread::sleep(std::time::Duration::from_secs(1)); }\n",
});

/** Builds with some jobs, and something happens to the program's file once the dependency's layer does that. */
async function builtWhile(
  jobs: number,
  isTime: (event: EventLine) => boolean,
  happens: (main: string) => void,
) {
  using project = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nslow = "1"\n',
      "src/main.rs": 'fn main() { println!("first"); }\n',
    },
    { crates: [slow] },
  );
  project.lock();
  const running = project.start(["build", "-j", String(jobs), "--log-format", "json"]);
  await running.event(isTime);
  happens(join(project.root, "src/main.rs"));
  const { status, events } = await running.ended;
  const ran = await project.gantry(["run"]);
  const notes = events.filter(({ type }) => type === "note").map(({ text }) => text);
  const failed = events.flatMap((event) => (event.level === "error" ? [event.code] : []));
  return { status, notes, failed, says: ran.out };
}

const begins = ({ type, name }: EventLine) => type === "step-started" && name === "app-deps";
const compiles = ({ type, step, status }: EventLine) =>
  type === "unit" && step === "app-deps" && status === "compiled";
const save = (main: string) => appendFileSync(main, '\nconst _: &str = "saved";\n');

test("a file that is saved after the source was listed, and before it is used, is read again", async () => {
  // The only job is the layer's, so that the source is used when that is made.
  expect(await builtWhile(1, begins, save)).toMatchObject({
    status: 0,
    notes: ["`src/main.rs` changed while it was being read: it is read again"],
    failed: [],
    says: "first\n",
  });
});

test("one that is saved while dependencies are compiled is for the next build", async () => {
  const edit = (main: string) => writeFileSync(main, 'fn main() { println!("second"); }\n');
  expect(await builtWhile(2, compiles, edit)).toMatchObject({
    status: 0,
    notes: [],
    failed: [],
    says: "second\n",
  });
});
