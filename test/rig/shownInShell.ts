import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { launcher } from "./gantry.ts";
import type { TempProject } from "./tempProject.ts";

type Entering = {
  /** Of `gantry develop`. */
  readonly words: readonly string[];
  /** Where the shell has its start-up files. */
  readonly home: string;
  /** What a prompt begins with. */
  readonly mark: string;
  /** What is typed once the prompt is there, each line at another prompt. */
  readonly typed: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
};

type Shown = { readonly text: string; readonly status: number | null };

/** What a terminal shows in which a dev shell is entered (`script` of util-linux), and how that ends. */
export async function shownInShell(project: TempProject, entering: Entering): Promise<Shown> {
  const { words, home, mark, typed, env = {} } = entering;
  const command = `${launcher} --store ${project.store} develop ${words.join(" ")}`;
  const terminal = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: project.root,
    env: { ...project.env, HOME: home, TERM: "dumb", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const toType = [...typed];
  let text = "";
  let from = 0;
  terminal.stdout.setEncoding("utf8").on("data", (more: string) => {
    // Nushell waits for a terminal to say where its cursor is.
    if (more.includes("\x1b[6n")) terminal.stdin.write("\x1b[1;1R");
    text += more;
    const prompt = text.indexOf(mark, from);
    if (prompt === -1) return;
    from = prompt + 1;
    terminal.stdin.write(toType.shift() ?? "");
  });
  const status = await new Promise<number | null>((resolve) => terminal.once("exit", resolve));
  return { text: stripVTControlCharacters(text).replaceAll("\r", ""), status };
}
