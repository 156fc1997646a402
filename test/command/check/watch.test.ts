import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventLine } from "../../rig/gantry.ts";
import { tempProject } from "../../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": "fn main() { }\n#[test]\nfn passes() {}\n",
  ".gitignore": "ignored\n",
});

beforeAll(() => project.lock());
afterAll(() => project[Symbol.dispose]());

test("with `--watch` a save runs what it touches, and nothing that failed in the same way before", async () => {
  const running = project.start(["check", "--watch", "--log-format", "json"]);
  /** Waits for the end of that many rounds. */
  const round = (number: number) => {
    const ends = new Set<EventLine>();
    return running.event((event) => {
      if (event.type === "round") ends.add(event);
      return ends.size === number;
    });
  };
  await round(1);
  // What git ignores, and what builds write, is no save.
  project.write("ignored", "1");
  project.write("target/debug/app", "1");
  project.write("README.md", "1");
  await round(2);
  project.write("src/main.rs", "fn main() {}\n#[test]\nfn passes() {}\n");
  await round(3);
  running.kill("SIGINT");
  const { status, events } = await running.ended;
  expect(status).toBe(130);
  const lines = events.flatMap(({ type, name, status, from }) => {
    if (type === "round") return [`round: ${status}`];
    return type === "check" ? [[name, status, from].join(" ")] : [];
  });
  expect(lines).toEqual([
    ...["clippy passed run", "fmt failed run", "test passed run", "round: failed"],
    ...["clippy passed cached", "fmt failed cached", "test passed cached", "round: failed"],
    ...["clippy passed run", "fmt passed run", "test passed run", "round: ok"],
  ]);
});
