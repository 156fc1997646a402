import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { storeProblems, leftInStore } from "../rig/storeProblems.ts";
import { survivors } from "../rig/survivors.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { dirname } from "node:path";

const sleeper = (n: number) => `fn main() { std::process::Command::new("sleep").arg("${n}").status().unwrap(); }\n`;
const quick = publishedCrate("quick");
const slow = publishedCrate("slow", '[dependencies]\nquick = "1"\n', { "build.rs": sleeper(3) });
const files = {
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nquick = "1"\n',
  "src/main.rs": "fn main() {\n}\n",
};
const d = 'import { defineProject } from "gantry";\n\nexport default defineProject(({ crane, pkgs }) => {\n  const src = crane.cleanCargoSource(".");\n';
async function after(p: TempProject, what: string, ran: any, ms: number) {
  console.log(`##### ${what}: ${ran.status} ${ran.signal} ${Math.round(ms)}ms\n${p.shown(ran.out)}${p.shown(ran.err)}`, await survivors(dirname(p.root)), storeProblems(p.store), leftInStore(p.store));
}
async function interrupt(what: string, base: any, crates: any, on: (e: any) => boolean, more: any = {}, delay = 0) {
  using p = tempProject(base, { crates, ...more.setting }); p.lock();
  more.change?.(p);
  const running = p.start(["build", "--log-format", "json"], more.run?.(p));
  await running.event(on);
  await new Promise(r => setTimeout(r, delay));
  const at = performance.now();
  running.kill("SIGINT");
  const ran = await running.ended;
  await after(p, what, {...ran, out: ran.out.split("\n").filter(l => !l.includes('"hash"')).join("\n")}, performance.now() - at);
  if (more.then) { const r = await p.gantry(["build"], more.run?.(p)); await after(p, what + " again", r, 0); }
}
test("x", async () => {
  using seed = tempProject(files, { crates: [quick] }); seed.lock();
  const r = await seed.gantry(["build"]); await after(seed, "seed", r, 0);
  const setting = { store: seed.store };
  await interrupt("hash", files, [quick], (e) => e.type === "progress" && e.what === "hash", { then: true });
  await interrupt("fetch", { ...files, "Cargo.toml": files["Cargo.toml"] }, [publishedCrate("quick", "# other\n")], (e) => e.type === "progress" && e.what === "fetch", { setting, change: (p: any) => { p.write("../bin/cargo", "#!/bin/sh\nexec sleep 7251\n"); chmodSync(join(p.root, "../bin/cargo"), 0o755); writeFileSync(join(p.home, "registry/cache/index.crates.io-1949cf8c6b5b557f/quick-1.0.0.crate"), ""); rmSync(join(p.home, "registry/cache/index.crates.io-1949cf8c6b5b557f/quick-1.0.0.crate")) }, run: (p: any) => ({ env: { PATH: join(p.root, "../bin") + ":" + process.env.PATH } }) });
  await interrupt("plan", { ...files, "src/main.rs": "fn main() { }" }, [quick], (e) => e.type === "step-started" && e.name === "app", { setting });
  await interrupt("plan+10", { ...files, "src/main.rs": "fn main() {  }" }, [quick], (e) => e.type === "step-started" && e.name === "app", { setting }, 25);
  await interrupt("dep", { ...files, "Cargo.toml": files["Cargo.toml"] + 'slow = "1"\n' }, [quick, slow], (e) => e.type === "unit" && e.target === "custom-build", { setting, then: true }, 100);
  await interrupt("own", { ...files, "build.rs": sleeper(7252) }, [quick], (e) => e.type === "unit" && e.target === "custom-build" && e.step === "app", { setting }, 100);
  await interrupt("install", { ...files, "gantry.config.ts": d + '  return { packages: { default: crane.buildPackage({ src, preInstall: "echo here; sleep 7253" }) } };\n});\n' }, [quick], (e) => e.type === "output" && e.line === "here", { setting }, 100);
  for (const n of [0, 20, 40]) await interrupt("start" + n, files, [quick], (e) => e.type === "start", { setting }, n);
});
