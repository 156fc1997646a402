import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates, workspace } from "./workspace.ts";

const checks = /checks: \{[\s\S]*?\n {4}\},/;
const configuration = String(workspace["gantry.config.ts"]).replace(
  checks,
  "checks: { doc: crane.cargoDoc(layered) },",
);
const project = tempProject({ ...workspace, "gantry.config.ts": configuration }, { crates });
afterAll(() => project[Symbol.dispose]());

const why = async () => (await project.gantry(["why"])).out;

async function documented(): Promise<Record<string, string[]>> {
  const ran = await project.gantry(["check", "doc", "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return compiledUnits(ran.events);
}

const members = ["app bin doc", "helper lib doc"];

test("documentation needs the metadata of dependencies, and compiles no more", async () => {
  project.lock();
  expect(await documented()).toEqual({
    "app-doc-deps": [
      ...["derive proc-macro build", "leaf lib check", "middle lib check"],
      ...["scripted custom-build build", "scripted lib check"],
    ],
    "app-doc": ["app bin doc", "helper lib check", "helper lib doc"],
  });
});

test("it lies in `share/doc`, without rustdoc's lock", () => {
  const trees = join(project.store, "trees");
  const docs = readdirSync(trees)
    .map((tree) => join(trees, tree, "share/doc"))
    .filter((path) => existsSync(path));
  expect(docs).toHaveLength(1);
  const names = docs.flatMap((path) => readdirSync(path));
  expect(names).toEqual(expect.arrayContaining(["app", "helper", "static.files"]));
  expect(names).not.toContain(".lock");
  expect(names).not.toContain("leaf");
});

test("after an edit all members are documented again, and metadata is compiled of what changed", async () => {
  project.edit("app/src/main.rs", "fn main", "/// Greets.\nfn main");
  expect(await documented()).toEqual({ "app-doc": members });
});

test("steps of one name are told apart by a number, and each is compared with itself", async () => {
  const two = `checks: { doc: crane.cargoDoc(layered), private: crane.cargoDoc({ ...layered, cargoDocExtraArgs: ["--document-private-items"] }) },`;
  project.write("gantry.config.ts", configuration.replace("checks: { doc: crane.cargoDoc(layered) },", two));
  const check = () => project.gantry(["check", "--log-format", "plain"]);
  expect((await check()).status).toBe(0);
  project.edit("app/src/main.rs", "/// Greets.", "/// Greets you.");
  const { err } = await check();
  expect(err.match(/Documenting app .*/g)).toHaveLength(2);
  expect(err).toMatch(/Built app-doc#2 in/);
  const reasons = await why();
  expect(reasons).toContain("`app-doc` ran: `app/src/main.rs` changed");
  expect(reasons).toContain("`app-doc#2` ran: `app/src/main.rs` changed");
  expect((await project.gantry(["log", "private"])).out).toContain("Documenting app");
});
