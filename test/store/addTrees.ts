import { mkdirSync } from "node:fs";
import { openStore } from "../../src/store/openStore.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { writeFiles } from "../rig/writeFiles.ts";

// A process of its own for tests: adds the same trees as every other that is started so, and records each;
// says `added` after each. Arguments: the store, how many trees.
const [root = "", count = "0"] = process.argv.slice(2);
using store = valueOfResult(openStore(root));
for (let index = 0; index < Number(count); index++) {
  await using temp = await store.tempDir("test");
  const directory = `${temp.path}/tree`;
  mkdirSync(directory);
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`d${at % 3}/f${at}`, `${at % 10} of ${index}`]),
  );
  writeFiles(directory, { index: String(index), shared: "shared", ...many });
  const output = await store.addTree(directory);
  store.records.set("result", String(index), { output, seconds: 1 });
  process.stdout.write("added\n");
}
