import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { leftInStore, storeProblems } from "../rig/storeProblems.ts";
import { survivors } from "../rig/survivors.ts";
import { tempProject } from "../rig/tempProject.ts";

const quick = publishedCrate("quick");
const files = {
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nquick = "1"\n',
  "src/main.rs": "fn main() {\n}\n",
};
async function after(p: any, what: string, ran: any, store = p.store) {
  console.log(`##### ${what}: ${ran.status} ${ran.signal}\n${p.shown(ran.out)}${p.shown(ran.err)}`, await survivors(dirname(p.root)), storeProblems(store), leftInStore(store));
}
test("x", async () => {
  using p = tempProject(files, { crates: [quick] }); p.lock();
  const store = join(dirname(p.root), "mount/store");
  mkdirSync(dirname(store));
  for (const size of ["64k", "300k", "1m", "3m", "10m", "60m", "120m", "400m"]) {
    const script = `mount -t tmpfs -o size=${size} none ${dirname(store)} && "$@"; status=$?; df -k ${dirname(store)} | tail -1; cp -a ${store} ${store}-copy 2>/dev/null; exit $status`;
    const ran = await p.gantry(["build"], { store: store, through: ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"] });
    await after(p, "disk full " + size, ran, store);
  }
  const ro = join(dirname(p.root), "ro"); mkdirSync(ro);
  const s2 = `mount -t tmpfs -o size=10m none ${ro} && mount -o remount,ro ${ro} && exec "$@"`;
  await after(p, "ro fs", await p.gantry(["build"], { store: ro + "/store", through: ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", s2, "sh"] }));
  writeFileSync(join(dirname(p.root), "file"), "x");
  await after(p, "is a file", await p.gantry(["build"], { store: join(dirname(p.root), "file") }));
  await after(p, "below a file", await p.gantry(["build"], { store: join(dirname(p.root), "file/store") }));
  const locked = join(dirname(p.root), "locked"); mkdirSync(locked); chmodSync(locked, 0o555); chmodSync(dirname(p.root), 0o755);
  await after(p, "not writable", await p.gantry(["build"], { store: locked + "/store", through: ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] }));
  const damaged = join(dirname(p.root), "damaged"); mkdirSync(damaged); writeFileSync(damaged + "/index.sqlite", "not a database, this is, and long enough to be sure of it".repeat(100));
  await after(p, "damaged", await p.gantry(["build"], { store: damaged }));
  await after(p, "build", await p.gantry(["build"], {store: p.store+"2"}));
  writeFileSync(join(p.home, "registry/cache/index.crates.io-1949cf8c6b5b557f/quick-1.0.0.crate"), "corrupt");
  await after(p, "corrupt", await p.gantry(["build"]));
  rmSync(p.root + "/result", {force: true}); mkdirSync(p.root + "/result");await after(p, "occupied", await p.gantry(["build"]));
  await after(p, "missing, offline", await (rmSync(join(p.home, "registry/cache/index.crates.io-1949cf8c6b5b557f/quick-1.0.0.crate")), p.gantry(["build", "--offline"])));
});
