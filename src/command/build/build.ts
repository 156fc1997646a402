import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { err, ok } from "../../base/result.ts";
import type { Command } from "../command.ts";
import { leaveLink, prepareLink } from "./outLink.ts";
import { warnOfActs } from "./policyGuard.ts";
import { buildOptions, type Chosen, readSelection } from "./selection.ts";

type BuildOptions = {
  /** Which package output; absent: `default`. */
  readonly name: string | undefined;
  readonly chosen: Chosen;
  /** Where the link to the output is left, absolute; absent: `result` beside the project. */
  readonly outLink: string | undefined;
  /** Build with an empty store, too, and compare. */
  readonly paranoid?: true;
};

/** `gantry build`: realises a package and leaves a link to its output. */
export const build: Command<BuildOptions> = {
  doing: "building",
  details:
    "Dependencies are built first, in their own layer; what was built before, here or in another " +
    "project, is taken from the store. Without a gantry.config.ts any Cargo project with a Cargo.lock has " +
    "the output `default`.",
  operands: [{ name: "NAME", summary: "the output to build [default: default]" }],
  options: [
    ...buildOptions,
    {
      name: "out-link",
      value: "PATH",
      summary: "where to leave the link to the output [default: result]",
    },
    { name: "paranoid", summary: "build with an empty store, too, as long as a first build, and compare" },
  ],
  examples: [
    ["gantry build", "build the default output"],
    ["gantry build -C ../app --profile dev", "build another project with Cargo's dev profile"],
    ["gantry build --features tls --bin server", "as Cargo, in a project without a gantry.config.ts"],
    ["gantry build --rebuild", "build again and compare the bytes"],
    ["gantry build --paranoid", "compare with what an empty store gives, dependencies and all"],
  ],
  read(args) {
    const outLink = args.value("out-link");
    return {
      name: args.operands[0],
      chosen: readSelection(args),
      outLink: outLink === undefined ? undefined : resolve(args.cwd, outLink),
      ...(args.count("paranoid") > 0 && { paranoid: true }),
    };
  },
  async run(options, emit) {
    const { name = "default" } = options;
    const { withSession } = await import("./session.ts");
    return withSession({ ...options, isBuild: true, repeatsWarnings: true }, emit, async (session) => {
      const derivation = session.output("package", name);
      if (!derivation.ok) {
        const { noOutput } = await import("./withoutProgram.ts");
        return err(await noOutput(session, derivation.error, { name, verb: "build" }));
      }
      const link =
        options.outLink ?? join(session.project.root, name === "default" ? "result" : `result-${name}`);
      const prepared = prepareLink(link);
      if (!prepared.ok) return prepared;
      const realised = options.paranoid
        ? await (await import("./paranoid.ts")).realiseAndCompare(
            session,
            { name, options, derivation: derivation.value },
            emit,
          )
        : await session.realise(derivation.value);
      if (!realised.ok) return realised;
      const output = session.store.pathOf(realised.value.result.output);
      const linked = leaveLink(link, output);
      if (!linked.ok) return linked;
      session.keep(link);
      if (readdirSync(output).length === 0) {
        const { whyEmpty } = await import("./withoutProgram.ts");
        const why = await whyEmpty(session.inputs, derivation.value);
        if (why !== undefined)
          emit({ type: "note", text: `\`${shownLink(link, options.cwd)}\` is empty: ${why}` });
      }
      await warnOfActs(session, emit);
      return ok({ stdout: output, finished: session.nameOf(derivation.value), outputs: { [name]: output } });
    });
  },
};

function shownLink(link: string, cwd: string): string {
  const shown = relative(cwd, link);
  return shown.startsWith("..") ? link : shown;
}
