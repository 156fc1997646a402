import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen } from "../rig/listen.ts";
import { advice } from "./advice.ts";
import { type CheatProject, cheatProject, places } from "./cheatProject.ts";
import { describeIsolated } from "./describeIsolated.ts";
import { users } from "./user.ts";

const home = mkdtempSync(`${homedir()}/.gantry-hermetic-`);
const temporary = mkdtempSync("/tmp/gantry-hermetic-");
writeFileSync(`${home}/secret`, "secret");
writeFileSync(`${temporary}/secret`, "secret");
const server = createServer((socket) => socket.destroy());

afterAll(() => {
  server.close();
  rmSync(home, { recursive: true });
  rmSync(temporary, { recursive: true });
});

const intoTheProject = "keep the file in the project, where `src` keeps it";
const orItsText = `${intoTheProject}, or declare what it says: env: { NAME: "…" }`;
const elsewhere =
  "write below `OUT_DIR` in a build script, below `CARGO_TARGET_TMPDIR` or `/tmp` in a test; declare generated files by keeping them in `src`";

const withoutHistory =
  'a build sees no history, so git finds no repository in it; what a version string needs can be given as a variable, env: { COMMIT: "…" }, and the build cope without it';
const inputs = (list: string) => `in \`gantry.config.ts\`: nativeBuildInputs: [${list}]`;
const zlib = "in `gantry.config.ts`: buildInputs: [pkgs.zlib]";
const undeclared = (program: string) =>
  `the build runs \`${program}\`, which is not among its declared inputs`;
const written = (path: string) => ({
  cheat: `write ${path}`,
  note: `the build writes to \`${path}\`; inputs are read-only`,
  help: elsewhere,
});

/** What is tried, and what the error says. */
const cheats = [
  {
    cheat: `read ${home}/secret`,
    note: `the build reads \`${home}/secret\`; its home directory is empty, and nobody's own`,
    help: orItsText,
  },
  {
    cheat: "home secret",
    note: "the build reads `/build/home/secret`; its home directory is empty, and nobody's own",
    help: orItsText,
  },
  {
    cheat: `read ${temporary}/secret`,
    note: `the build reads \`${temporary}/secret\`; each step has a \`/tmp\` of its own, empty at the start`,
    help: intoTheProject,
  },
  {
    cheat: "variable GANTRY_SECRET",
    note: "the build reads the variable `GANTRY_SECRET`, which is not declared",
    help: 'in `gantry.config.ts`: env: { GANTRY_SECRET: "…" }',
  },
  { cheat: "start git", note: undeclared("git"), help: [inputs("pkgs.git"), withoutHistory] },
  { cheat: "start /usr/bin/git", note: undeclared("git"), help: [inputs("pkgs.git"), withoutHistory] },
  {
    cheat: "include zlib.h",
    note: "the build includes `zlib.h`, which no declared input brings",
    help: zlib,
  },
  {
    cheat: "link z",
    note: "the build links `libz`, which no declared input brings",
    help: zlib,
  },
  { cheat: "pkg-config zlib", note: undeclared("pkg-config"), help: inputs("pkgs.pkgConfig") },
  written("/build/vendor/leaf-1.0.0/src/lib.rs"),
  written("/build/toolchain/bin/rustc"),
  written("/usr/bin/cc"),
  written("/etc/passwd"),
] as const;

describeIsolated("what was not declared cannot be had", () =>
  describe.each(users)("by %s", (user) => {
    let project: CheatProject;
    beforeAll(() => {
      project = cheatProject({ user });
    });
    afterAll(() => project[Symbol.dispose]());
    const surroundings = { HOME: home, GANTRY_SECRET: "secret" };

    describe.each(places)("from a %s", (place) => {
      test("nothing fails without a cheat", async () => {
        const ran = await project.cheat(place, "pass", surroundings);
        expect(ran.status, ran.out + ran.err).toBe(0);
      });

      test.each(cheats)("$cheat", async ({ cheat, note, help }) => {
        const ran = await project.cheat(place, cheat, surroundings);
        expect(advice(ran)).toEqual({ code: "step-failed", notes: [note], help: [help].flat() });
      });

      test("the environment that the sandbox itself was started in", async () => {
        const ran = await project.cheat(place, "empty /proc/1/environ", surroundings);
        expect(ran.status, ran.out + ran.err).toBe(0);
      });

      test("the network, though the server answers to others", async () => {
        const port = await listen(server);
        const ran = await project.cheat(place, `connect 127.0.0.1:${port}`, surroundings);
        server.close();
        expect(advice(ran)).toEqual({
          code: "step-failed",
          notes: ["a build has no network; crates are fetched before it starts"],
          help: [
            "keep what it downloads in the project, as a file that `src` keeps, or depend on a crate that carries it",
          ],
        });
      });

      test("another project's output in the same store", async () => {
        const built = await project
          .cheat("test", "pass")
          .then(() => project.gantry(["build", "--log-format", "plain"]));
        const path = `${built.out.trim()}/bin/app`;
        expect(path.startsWith(`${project.store}/trees/`), built.out + built.err).toBe(true);
        const ran = await project.cheat(place, `read ${path}`, surroundings);
        expect(advice(ran)).toEqual({
          code: "step-failed",
          notes: [
            `the build reads \`${path}\`; of the store it sees what is declared, and never where it lies`,
          ],
          help: ["depend on what made it, through `Cargo.toml`, or keep a copy in the project"],
        });
      });
    });
  }),
);
