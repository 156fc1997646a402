import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { compilerSettings } from "../../cargo/config/settings.ts";
import { userCargoConfig } from "../../fetch/userCargoConfig.ts";

/** What the Cargo outside of steps is told beside the project: by variables, and by files that do not belong to it. */
type PlainSettings = {
  readonly env: Readonly<Record<string, string>>;
  /** The text of one file. */
  readonly settings: string;
  readonly notes: readonly string[];
};

/** Variables that are Cargo's names for settings by which it compiles otherwise, and gives units other names (Cargo 1.95). */
const compiling =
  /^(RUSTFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_BUILD_(RUSTFLAGS|TARGET)|CARGO_PROFILE_\w+|CARGO_TARGET_\w+_(RUSTFLAGS|LINKER))$/;

/**
 * What of the user's own settings reaches units of dependencies, since Cargo would not take units for its own that lack
 * it. Programs that these name have to be declared, as for all steps.
 *
 * Errors: `source-replaced`.
 *
 * @param root the project's
 * @param workspace where Cargo runs
 */
export async function plainSettings(
  root: string,
  workspace: string,
  env: NodeJS.ProcessEnv,
): Promise<Result<PlainSettings>> {
  const config = userCargoConfig(workspace, env);
  if (config.mentions("replace-with")) {
    const replaced = await config.parsed();
    if (replaced?.merged.entries.has("source")) return err(sourceReplaced());
  }
  const outside = config.files.filter(({ file }) => !file.startsWith(`${root}/`));
  const texts = outside.flatMap(({ file, text }) => {
    const settings = compilerSettings(text, () => false);
    return settings === "" ? [] : [{ file, settings }];
  });
  const [first, ...others] = texts;
  const variables = Object.entries(env).filter(([name]) => compiling.test(name));
  return ok({
    env: Object.fromEntries(
      variables.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    settings: first?.settings ?? "",
    notes: others.map(
      ({ file }) =>
        `\`${file}\` is left aside: of settings outside the project those of \`${first?.file}\` are used`,
    ),
  });
}

function sourceReplaced(): Diagnostic {
  return diagnostic("source-replaced", "Cargo's settings put another source in the place of one", {
    notes: ["units are laid down for crates that lie where Cargo unpacks those of their own registry"],
    help: ["build with plain Cargo, or without `replace-with` in `.cargo/config.toml`"],
    status: 2,
  });
}
