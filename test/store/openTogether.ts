import { mkdirSync } from "node:fs";
import { openIndex } from "../../src/store/index.ts";

// A process of its own for tests: opens the index of a new store at moments that it has in common with others that are
// started so. Arguments: the directory of the stores, the first moment in milliseconds after the epoch, how many stores.
const [directory = "", first = "0", count = "0"] = process.argv.slice(2);
const apart = 15;
for (let round = 0; round < Number(count); round++) {
  const root = `${directory}/${round}`;
  for (const each of ["trees", "locks"]) mkdirSync(`${root}/${each}`, { recursive: true });
  const at = Number(first) + round * apart;
  while (Date.now() < at) {}
  openIndex(root)[Symbol.dispose]();
}
