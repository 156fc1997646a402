// `npm run pictures`: what a person sees of `init`, a cold `check`, one that fails, and `doctor`, in a terminal of 80 and of
// 200 columns, by tmux, in a published program. Writes docs/terminal.md.

import { appendFile, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { gantryCommand } from "./gantryCommand.ts";
import { publishedSource } from "./publishedSource.ts";
import { workDirectory } from "./workDirectory.ts";

const program = { crate: "hexyl", version: "0.17.0" };
const widths = [80, 200] as const;
const lines = 40;
/** A prompt that no program prints. */
const prompt = "❯ ";

type Picture = { readonly title: string; readonly width: number; readonly screen: string };

const pictures: Picture[] = [];
for (const width of widths) pictures.push(...(await picturesAt(width)));
await writeFile(join(import.meta.dirname, "../docs/terminal.md"), page(pictures));

async function picturesAt(width: number): Promise<readonly Picture[]> {
  await using work = await workDirectory("pictures");
  const project = join(work.path, program.crate);
  await publishedSource(program.crate, program.version, project);
  await execa("git", ["init", "--quiet"], { cwd: project });
  await using terminal = await openTerminal(project, width, join(work.path, "store"));
  const seen: Picture[] = [];
  const take = (title: string, screen: string) =>
    seen.push({ title, width, screen: wrapped(withoutPlaces(screen, work.path), width) });

  await terminal.type("gantry init");
  await terminal.until((screen) => /◆|◇/.test(screen) && !screen.endsWith(prompt));
  take("`gantry init`, as it asks", await terminal.screen());
  take("`gantry init`, every question answered by Enter", await terminal.answer());

  await terminal.type("gantry check --keep-going");
  await terminal.until((screen) => /Building .*\] [3-9]\d\/\d+ /.test(screen));
  take("`gantry check`, cold, while it works", await terminal.screen());
  take("`gantry check`, cold, at its end", await terminal.end());

  const main = join(project, "src/main.rs");
  await appendFile(main, "\nfn forgotten() {}\n");
  const library = join(project, "src/lib.rs");
  const text = await readFile(library, "utf8");
  await writeFile(library, `${text}\n#[test]\nfn sums() {\n    assert_eq!(1 + 1,  3);\n}\n`);
  await terminal.type("gantry check --keep-going");
  take("`gantry check`, with a lint, a test and a format that fail", await terminal.end());

  await terminal.type("gantry doctor");
  take("`gantry doctor`", await terminal.end());
  return seen;
}

/** The screen as somebody has it whose home is nobody's here. */
function withoutPlaces(screen: string, work: string): string {
  return screen
    .replaceAll(join(work, "store"), "/home/ada/.cache")
    .replaceAll(work, "/home/ada/src")
    .replaceAll(homedir(), "/home/ada");
}

/** As a terminal breaks lines. */
function wrapped(screen: string, width: number): string {
  const parts = (line: string) => line.match(new RegExp(`.{1,${width}}`, "gu")) ?? [""];
  return screen.split("\n").flatMap(parts).join("\n");
}

type Terminal = AsyncDisposable & {
  /** Clears the screen, and runs a command line. */
  type(command: string): Promise<void>;
  /** What stands on the screen now, without the blank lines at its end; a line that was broken is one. */
  screen(): Promise<string>;
  until(holds: (screen: string) => boolean): Promise<void>;
  /** The screen when the prompt is back. */
  end(): Promise<string>;
  /** The same, with Enter as the answer to all that is asked. */
  answer(): Promise<string>;
};

async function openTerminal(cwd: string, width: number, store: string): Promise<Terminal> {
  const tmux = async (...words: string[]) =>
    (await execa("tmux", ["-L", "gantry-pictures", ...words])).stdout;
  const environment = {
    PATH: `${join(gantryCommand, "..")}:${process.env.PATH}`,
    XDG_CACHE_HOME: store,
    PS1: prompt,
    LANG: "C.UTF-8",
  };
  await tmux(
    ...["new-session", "-d", "-x", `${width}`, "-y", `${lines}`, "-c", cwd],
    // By `env`: tmux itself would put the client's `PATH` there.
    ...["env", ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
    ...["bash", "--norc", "--noprofile"],
  );
  const screen = async () => (await tmux("capture-pane", "-p", "-J")).replace(/ +$/gm, "").trimEnd();
  const isBack = (text: string) => text.endsWith(prompt.trimEnd());
  const until = async (holds: (screen: string) => boolean) => {
    for (let tries = 0; tries < 36_000; tries += 1) {
      if (holds(await screen())) return;
      await setTimeout(100);
    }
    throw new Error(`this screen does not change any more:\n${await screen()}`);
  };
  await until(isBack);
  return {
    screen,
    until,
    async type(command) {
      await tmux("send-keys", "clear", "Enter");
      await until(isBack);
      await tmux("send-keys", "-l", command);
      await tmux("send-keys", "Enter");
      await until((text) => !isBack(text));
    },
    async end() {
      await until(isBack);
      return screen();
    },
    async answer() {
      for (let tries = 0; tries < 50 && !isBack(await screen()); tries += 1) {
        await tmux("send-keys", "Enter");
        await setTimeout(500);
      }
      await until(isBack);
      return screen();
    },
    async [Symbol.asyncDispose]() {
      await tmux("kill-server");
    },
  };
}

function page(taken: readonly Picture[]): string {
  const titles = [...new Set(taken.map(({ title }) => title))];
  const parts = titles.map((title) => {
    const screens = taken.filter((one) => one.title === title);
    return `## ${title}

${screens.map(({ width, screen }) => `${width} columns:\n\n\`\`\`text\n${screen}\n\`\`\``).join("\n\n")}
`;
  });
  return `# What one sees

Screens of a terminal with ${lines} lines, in the published sources of ${program.crate} ${program.version} (without their
colours). \`npm run pictures\` takes them again.

${parts.join("\n")}
`;
}
