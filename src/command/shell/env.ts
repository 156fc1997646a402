import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok } from "../../base/result.ts";
import { type ShellFormat, shellFormats } from "../../shell/printed.ts";
import type { Command } from "../command.ts";

type EnvOptions = { readonly name: string | undefined; readonly formats: readonly ShellFormat[] };

const formats = Object.keys(shellFormats) as readonly ShellFormat[];

/** `gantry env`: prints the environment of a dev shell, in the language of who reads it. */
export const env: Command<EnvOptions> = {
  doing: "making the environment",
  details:
    "The environment is that of `gantry develop`. What looks like a secret, in a variable or in the `shellHook`, is not " +
    "printed: who needs one has it in an environment of their own.",
  operands: [{ name: "NAME", summary: "which of the project's dev shells [default: default]" }],
  options: formats.map((name) => ({ name, summary: `for ${shellFormats[name]}` })),
  examples: [
    ['eval "$(gantry env --sh)"', "have this shell become the dev shell"],
    ["gantry env --json", "for an editor or a script"],
    ["gantry env ci --dotenv > .env", "the variables of another shell, for what reads such files"],
  ],
  read: (args) => ({ name: args.operands[0], formats: formats.filter((name) => args.count(name) > 0) }),
  async run(options, emit) {
    const [format, other] = options.formats;
    if (format === undefined || other !== undefined) return err(oneFormat(other !== undefined));
    const { installShellHooks, withShell } = await import("./openShell.ts");
    const { printedEnvironment } = await import("../../shell/printed.ts");
    const { withoutSecrets } = await import("../../shell/secrets.ts");
    return withShell(options, emit, async (open) => {
      const { session, environment } = open;
      const safe = withoutSecrets(environment.env, {
        file: `gantry env --${format}`,
        project: session.project,
        hook: withHook.has(format) ? environment.shellHook : undefined,
      });
      if (!safe.ok) return safe;
      const printed = printedEnvironment(environment, format, session.project);
      if (!printed.ok) return printed;
      if (environment.shellHook !== undefined && withoutHook.has(format))
        emit({ type: "note", text: hookLost });
      if (format !== "direnv") return ok({ stdout: printed.value });
      await installShellHooks(open, emit);
      const { describingFiles, keepPrinted } = await import("../../shell/kept.ts");
      const described = describingFiles(session.project, session.offered.files);
      return ok({ stdout: keepPrinted(environment, printed.value, described) });
    });
  },
};

const withHook: ReadonlySet<ShellFormat> = new Set(["sh", "direnv", "json"]);
const withoutHook: ReadonlySet<ShellFormat> = new Set(["fish", "nu", "dotenv"]);
const hookLost =
  "the `shellHook` does not run here, so what it would export is not set: `gantry develop`, direnv and `gantry env --sh` run it";

function oneFormat(isSeveral: boolean) {
  const names = backticked(formats.map((name) => `--${name}`));
  return diagnostic(
    "usage",
    isSeveral ? "`gantry env` prints one form" : "`gantry env` needs to know for whom",
    {
      notes: [`it has ${names}`],
      help: ['have this shell become the dev shell: eval "$(gantry env --sh)"'],
      status: 2,
    },
  );
}
