import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const evaluate = new URL("../../src/project/configuration/evaluate.ts", import.meta.url).href;

/** A process that listens for signals, and evaluates a configuration of that code. */
function evaluating(code: string) {
  const script = `
    import { evaluated } from "${evaluate}";
    process.on("SIGTERM", () => console.log("told"));
    const signal = new AbortController().signal;
    await evaluated(async () => { console.log("begun"); ${code} }, { file: "gantry.config.ts", signal });
    setTimeout(() => {}, 1000);
    console.log("done");`;
  return spawn(
    process.execPath,
    ["--input-type=module", "--disable-warning=ExperimentalWarning", "-e", script],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}

test("a configuration that loops without end is ended by a signal", async () => {
  const child = evaluating("for (;;);");
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
});

test("what listens for signals is told again afterwards", async () => {
  const child = evaluating("");
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (text.includes("done")) child.kill("SIGTERM");
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(said).toBe("begun\ndone\ntold\n");
});
