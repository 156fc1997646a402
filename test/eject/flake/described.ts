import { stripTypeScriptTypes } from "node:module";
import { fileset } from "../../../src/crane/arguments/sources.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { toolchains } from "../../../src/crane/tools/toolchains.ts";
import { tools } from "../../../src/crane/tools/tools.ts";
import { git, path } from "../../../src/crane/vendor/inputs.ts";

/** What a configuration calls, as data: nothing of it is understood. */
export type Described = { readonly verb: string; readonly args: Readonly<Record<string, unknown>> };

export type DescribedProject = {
  readonly packages: Readonly<Record<string, Described>>;
  readonly checks?: Readonly<Record<string, Described>>;
  readonly devShells?: Readonly<Record<string, Described>>;
};

/** Runs a configuration with functions that keep what they are given. */
export async function describedBy(text: string): Promise<DescribedProject> {
  const script = stripTypeScriptTypes(text).replace(
    /^import \{(.*)\} from "gantry";/m,
    "const defineProject = (define) => define, fromRepository = () => () => false;",
  );
  const module = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  return module.default({ crane: recorder(), pkgs, toolchains, tools, git, path, fileset });
}

function recorder(): unknown {
  return new Proxy(
    {},
    {
      get: (_, verb) => {
        if (verb === "overrideToolchain" || verb === "appendCrateRegistries") return () => recorder();
        if (verb === "mkCrossToolchainEnv")
          return (platform: string) => ({ env: { CARGO_BUILD_TARGET: platform } });
        return (args: Record<string, unknown>) => ({ verb: String(verb), args });
      },
    },
  );
}
