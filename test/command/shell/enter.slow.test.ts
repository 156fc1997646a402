import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, expect, test } from "vitest";
import { isOnPath } from "../../../src/tree/files.ts";
import { launcher } from "../../rig/gantry.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { writeFiles } from "../../rig/writeFiles.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
  devShells: { second: crane.devShell({ env: { GREETING: "it's \\"me\\"" } }) },
}));
`,
});
project.lock();
afterAll(() => project[Symbol.dispose]());

// Start-up files that put another `cargo` first, and give the variable another value.
const home = dirname(project.root);
const undo = 'export PATH="$HOME/.cargo/bin:$PATH" GREETING=mine\nalias own="echo own alias"\n';
writeFiles(home, {
  ".bashrc": undo,
  ".zshrc": undo,
  ".config/fish/config.fish":
    "set -gx PATH $HOME/.cargo/bin $PATH\nset -gx GREETING mine\nalias own 'echo own alias'\n",
});
mkdirSync(`${home}/.cargo/bin`, { recursive: true });
writeFileSync(`${home}/.cargo/bin/cargo`, "#!/bin/sh\necho another cargo\n");
chmodSync(`${home}/.cargo/bin/cargo`, 0o755);

/** What a terminal shows in which a shell is entered; what is typed comes once the prompt is there. */
async function shownIn(
  shell: string,
  typed: string,
): Promise<{ readonly text: string; readonly status: number | null }> {
  const command = `${launcher} --store ${project.store} develop second --shell ${shell}`;
  const terminal = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd: project.root,
    env: { ...project.env, HOME: home, TERM: "dumb" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  let isTyped = false;
  terminal.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (isTyped || !text.includes("(gantry:second) ")) return;
    isTyped = true;
    terminal.stdin.write(typed);
  });
  const status = await new Promise<number | null>((resolve) => terminal.once("exit", resolve));
  return { text: stripVTControlCharacters(text).replaceAll("\r", ""), status };
}

test.each(["bash", "zsh", "fish"])(
  "%s is entered with its own start-up files, which undo nothing",
  async (shell) => {
    const wanted = `in ${shell}`;
    if (!isOnPath(shell, process.env) || !isOnPath("script", process.env))
      return notCovered(`gantry develop ${wanted}`, `${shell} and script (apt install ${shell} bsdutils)`);
    const tell = 'own; cargo --version; echo "<$GREETING|$GANTRY_SHELL|$_GANTRY_0>"; exit 5\n';
    const { text, status } = await shownIn(shell, tell);
    expect(text).toContain(`Entering ${shell} with rustc `);
    expect(text).toMatch(/^own alias$/m);
    expect(text).toMatch(/^cargo \d+\.\d+/m);
    expect(text).toContain('<it\'s "me"|second|>');
    expect(status).toBe(5);
  },
);
