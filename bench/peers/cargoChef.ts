import { mkdir, readFile, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { removeTree } from "../../scripts/removeTree.ts";
import { copyTree } from "../copyTree.ts";
import { timed } from "../timed.ts";
import type { Peer } from "./peer.ts";

/**
 * What its manual's Dockerfile does. A layer is a copy of the directory that Docker would keep: of the
 * skeleton and its target directory after `cook`. As with Docker, every build starts from that layer, or from
 * nothing if the recipe is another; copying layers and sources is not counted.
 */
export const cargoChef: Peer = {
  name: "cargo-chef",
  version: "0.1.78",
  install: ["--locked"],
  // There Docker itself answers, which has the layer of the same sources, or nothing is compiled.
  without: ["vendor", "no-op", "second checkout"],
  env: (program) => ({ PATH: [dirname(program), process.env.PATH ?? ""].join(delimiter) }),
  build: async ({ directory, state, env }) => {
    const recipe = join(state, "recipe.json");
    const layer = join(state, "layer");
    const app = join(state, "app");
    const run = (cwd: string, ...argv: [string, ...string[]]) => timed({ argv, cwd, env });

    await mkdir(state, { recursive: true });
    const before = await readFile(recipe, "utf8").catch(() => undefined);
    const prepare = await run(directory, "cargo", "chef", "prepare", "--recipe-path", recipe);
    await removeTree(app);
    let cook = 0;
    if ((await readFile(recipe, "utf8")) === before) await copyTree(layer, app);
    else {
      await removeTree(layer);
      await mkdir(app);
      cook = (await run(app, "cargo", "chef", "cook", "--release", "--offline", "--recipe-path", recipe))
        .seconds;
      await copyTree(app, layer);
    }
    await copyTree(`${directory}/.`, app);
    await rm(join(app, "result"), { force: true });
    const build = await run(app, "cargo", "build", "--release", "--locked", "--offline");
    return prepare.seconds + cook + build.seconds;
  },
};
