import type { TempProject } from "../rig/tempProject.ts";

/** How a command ends: its status, and the message of its error without what was said on the way there. */
export async function failureOf(
  project: TempProject,
  args: readonly string[] = ["build"],
  more: Parameters<TempProject["gantry"]>[1] = {},
): Promise<string> {
  const ran = await project.gantry([...args, "--log-format", "plain"], more);
  const said = project.shown(ran.err);
  const start = said.search(/^error\[/m);
  return `${ran.status}\n${start === -1 ? said : said.slice(start)}`;
}
