import { backticked } from "../base/diagnostic.ts";

/**
 * What is to be said of variables that change what plain Cargo compiles and that no build sees, since each has the same
 * variables on every machine: those of Cargo and rustc (The Cargo Book, "Environment Variables"; Cargo 1.95), and those by
 * which build scripts find a C compiler. Of what a configuration declares, nothing is said.
 *
 * @param env the user's
 * @param declared the names of variables that the project's steps have
 */
export function notesOfShellVariables(
  env: NodeJS.ProcessEnv,
  declared: ReadonlySet<string>,
): readonly string[] {
  const unseen = Object.keys(env).filter(
    (name) =>
      env[name] !== "" && changesBuilds.test(name) && !changesNothing.test(name) && !declared.has(name),
  );
  if (unseen.length === 0) return [];
  const [they, see] = unseen.length === 1 ? ["it", "is"] : ["them", "are"];
  return [
    `${backticked(unseen.sort())} of your shell ${see} seen by no build, though plain Cargo obeys ${they}; to have ${they} in builds: \`env\` of the configuration, or \`.cargo/config.toml\``,
  ];
}

const changesBuilds =
  /^(RUSTC|RUSTC_(WORKSPACE_)?WRAPPER|RUST(DOC)?FLAGS|CARGO_ENCODED_RUST(DOC)?FLAGS|CARGO_(BUILD|PROFILE|TARGET|UNSTABLE)_.+|(HOST_|TARGET_)?(CC|CXX|CFLAGS|CXXFLAGS)|LDFLAGS)$/;

const changesNothing = /^CARGO_(BUILD_(JOBS|TARGET_DIR|BUILD_DIR|INCREMENTAL)|TARGET_DIR|TARGET_.+_RUNNER)$/;
