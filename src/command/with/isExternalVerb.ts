import { delimiter, join } from "node:path";
import { firstFile } from "../../project/firstFile.ts";

/**
 * Whether `cargo VERB` is the program `cargo-VERB`, in Cargo's home or on the `PATH`. An alias of that name
 * would go before it, and may be given the flags twice without harm.
 */
export function isExternalVerb(verb: string, env: Readonly<Record<string, string | undefined>>): boolean {
  if (verb.includes("/")) return false;
  const home = env.CARGO_HOME || join(env.HOME ?? "", ".cargo");
  const directories = [join(home, "bin"), ...(env.PATH ?? "").split(delimiter)];
  return firstFile(directories.map((directory) => join(directory, `cargo-${verb}`))) !== undefined;
}
