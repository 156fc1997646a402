import { dirname } from "node:path";
import { test } from "vitest";
import { survivors } from "../rig/survivors.ts";
import { sleepingScript, slowProject } from "./slowProject.ts";
test("x", async () => {
  using project = slowProject({ "build.rs": sleepingScript(30) });
  for (const on of ["step-started", "plan"]) for (let d = 0; d < 150; d += 2) {
    const r = project.start(["build", "--log-format", "json"]);
    await r.event((e) => e.type === on && (e.name ?? e.step) === "app");
    await new Promise((s) => setTimeout(s, d));
    r.kill("SIGKILL");
    await r.ended;
    const s = await survivors(dirname(project.root), 1000);
    if (s.length) { console.log(on, d, s); for (const p of (await import("node:fs")).readdirSync("/proc")) { try { const c = (await import("node:fs")).readFileSync(`/proc/${p}/mountinfo`, "utf8"); if (/^\d+$/.test(p) && c.includes(dirname(project.root))) process.kill(Number(p), "SIGKILL"); } catch {} } }
  }
}, 300000);
