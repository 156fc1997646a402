import { join } from "node:path";
import { execa } from "execa";
import { editRust } from "../../scripts/editRust.ts";
import { buildOnce } from "../buildOnce.ts";
import { editRound } from "../editRound.ts";
import type { Figure } from "../figure.ts";
import type { Project } from "../project.ts";
import { spread } from "../spread.ts";

/** What ten builds, with one line edited between each, leave in a store, against what the first leaves. */
export const store: Figure = {
  name: "store",
  target: "≤ 1.50 × one build",
  runs: 1,
  applies: ({ name }) => ["ripgrep", "workspace", "synthetic"].includes(name),
  measure: async (side, runs) => {
    const ratios: number[] = [];
    const added: number[] = [];
    const sizes: number[] = [];
    for (let run = 0; run < runs; run++) {
      const fresh = { ...side, state: join(side.scratch, `store-${editRound()}`) };
      await buildOnce(fresh);
      const one = await bytesOn(fresh.state);
      for (let build = 1; build < 10; build++) {
        await editRust(join(side.directory, editedIn(side.project, build)), editRound());
        await buildOnce(fresh);
      }
      const ten = await bytesOn(fresh.state);
      sizes.push(one / 1e6);
      added.push((ten - one) / 9 / 1e6);
      ratios.push(ten / one);
    }
    const ratio = spread(ratios);
    return {
      met: ratio.median <= 1.5,
      measured: [
        { what: "ten builds ÷ one", unit: "×", value: ratio },
        { what: "one build", unit: "MB", value: spread(sizes) },
        { what: "each further build", unit: "MB", value: spread(added) },
      ],
    };
  },
};

/** The binary, the library and the member in turn, so far as the project has them. */
function editedIn({ main, library, member }: Project, build: number): string {
  const files = [main, library, member].filter((file) => file !== undefined);
  return files[build % files.length] ?? main;
}

/** What the disk gives, a file with several names once. */
async function bytesOn(directory: string): Promise<number> {
  const { stdout } = await execa("du", ["-s", "--block-size=1", directory]);
  return Number.parseInt(stdout, 10);
}
