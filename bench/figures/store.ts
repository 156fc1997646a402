import { join } from "node:path";
import { execa } from "execa";
import { editRust } from "../../scripts/editRust.ts";
import { buildOnce } from "../buildOnce.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import { spread } from "../spread.ts";

/** What ten builds, with an edit of the binary between each, leave in a store, against what the first leaves. */
export const store: Figure = {
  name: "store",
  target: "≤ 1.50 × one build",
  runs: 1,
  applies: ({ name }) => ["ripgrep", "workspace", "synthetic"].includes(name),
  measure: async (side, runs) => {
    const ratios: number[] = [];
    const sizes: number[] = [];
    for (let run = 0; run < runs; run++) {
      const fresh = { ...side, state: join(side.scratch, `store-${editRound()}`) };
      await buildOnce(fresh);
      const one = await bytesOn(fresh.state);
      for (let build = 1; build < 10; build++) {
        await editRust(join(side.directory, side.project.main), editRound());
        await buildOnce(fresh);
      }
      sizes.push(one / 1e6);
      ratios.push((await bytesOn(fresh.state)) / one);
    }
    const ratio = spread(ratios);
    return {
      met: ratio.median <= 1.5,
      measured: [
        { what: "ten builds ÷ one", unit: "×", value: ratio },
        { what: "one build", unit: "MB", value: spread(sizes) },
      ],
    };
  },
};

/** What the disk gives, a file with several names once. */
async function bytesOn(directory: string): Promise<number> {
  const { stdout } = await execa("du", ["-s", "--block-size=1", directory]);
  return Number.parseInt(stdout, 10);
}
