import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isOnPath } from "../../../src/tree/files.ts";
import { launcher } from "../../rig/gantry.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { shownInShell } from "../../rig/shownInShell.ts";
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

const shownIn = (shell: string, ...typed: string[]) =>
  shownInShell(project, { words: ["second", "--shell", shell], home, mark: "(gantry:second) ", typed });

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

test("a shell within a shell has the same first on its `PATH`, and says where it is", async () => {
  if (!isOnPath("script", process.env))
    return notCovered("a shell in a shell", "script (apt install bsdutils)");
  const again = `${launcher} --store ${project.store} develop second --shell bash\n`;
  const { text, status } = await shownIn(
    "bash",
    again,
    'cargo --version; echo "<$PATH>"; exit 4\n',
    "exit 5\n",
  );
  expect(text).toContain(
    "note: this is inside the dev shell `second`, whose variables stay, and to which `exit` leads back",
  );
  expect(text).toMatch(/^cargo \d+\.\d+/m);
  const path = /^<(\S+)>$/m.exec(text)?.[1]?.split(":") ?? [];
  expect(path[0]).toMatch(/\/toolchains\/[^/]+\/bin$/);
  // An empty part would be the current directory.
  expect(path).not.toContain("");
  expect(status).toBe(5);
});
