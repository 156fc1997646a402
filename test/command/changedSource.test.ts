import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const slow = publishedCrate("slow", "", {
  "build.rs": "fn main() { std::thread::sleep(std::time::Duration::from_secs(1)); }\n",
});

/** Builds, with something that happens while the dependency is compiled: after the source was listed, before it is used. */
async function builtWhile(happens: (main: string) => void) {
  using project = tempProject(
    {
      "Cargo.toml":
        '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nslow = "1"\n',
      "src/main.rs": 'fn main() { println!("first"); }\n',
    },
    { crates: [slow] },
  );
  project.lock();
  const running = project.start(["build", "--log-format", "json"]);
  await running.event(({ type, name }) => type === "step-started" && name === "app-deps");
  happens(join(project.root, "src/main.rs"));
  const { status, events } = await running.ended;
  const ran = await project.gantry(["run"]);
  const notes = events.filter(({ type }) => type === "note").map(({ text }) => text);
  const failed = events.flatMap((event) => (event.level === "error" ? [event.code] : []));
  return { status, notes, failed, says: ran.out };
}

test("a file that is saved while a build reads is read again", async () => {
  const built = await builtWhile((main) => appendFileSync(main, '\nconst _: &str = "saved";\n'));
  expect(built).toMatchObject({
    status: 0,
    notes: ["`src/main.rs` changed while it was being read: it is read again"],
    failed: [],
    says: "first\n",
  });
});
