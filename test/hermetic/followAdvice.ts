import type { TempProject } from "../rig/tempProject.ts";
import type { Advice } from "./advice.ts";

const written = /^write `gantry\.config\.ts` beside `Cargo\.toml`:\n/;
const declared = "in `gantry.config.ts`: ";

/**
 * Does to the configuration what the helps say, as a user would, who puts something in the place of `…`; of a key that is
 * there twice, the last counts.
 */
export function followAdvice(project: TempProject, { help }: Advice): void {
  for (const line of help.map(String)) {
    if (written.test(line)) project.write("gantry.config.ts", line.replace(written, ""));
    if (!line.startsWith(declared)) continue;
    const wanted = line.slice(declared.length).replaceAll("…", "filled in");
    project.edit("gantry.config.ts", " };", `, ${wanted} };`);
  }
}
