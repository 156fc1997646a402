import { lstatSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Selection } from "../crane/libContext.ts";
import type { Emit } from "../engine/event.ts";
import { rememberRoot } from "../store/roots.ts";
import type { CommandOutcome, GlobalOptions } from "./command.ts";
import { outputNamed } from "./project.ts";
import { withSession } from "./session.ts";

/** `gantry build`: realises a package and leaves a link to its output. */
export function build(options: GlobalOptions & BuildOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  const name = options.name ?? "default";
  return withSession({ ...options, selection: selectionOf(options) }, emit, async (session) => {
    const derivation = outputNamed("package", name, session.offered.packages);
    if (!derivation.ok) return derivation;
    const realised = await session.realise(derivation.value);
    if (!realised.ok) return realised;
    const output = session.store.pathOf(realised.value.result.output);
    const link =
      options.outLink ?? join(session.project.root, name === "default" ? "result" : `result-${name}`);
    const linked = leaveLink(link, output);
    if (!linked.ok) return linked;
    rememberRoot(session.store, link);
    return ok({ stdout: output, finished: derivation.value.name, outputs: { [name]: output } });
  });
}

/** Replaces a link of ours in one step; anything else at that place is the user's and stays. */
function leaveLink(link: string, output: string): Result<void> {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there && !there.isSymbolicLink()) {
    return err(
      diagnostic("out-link-occupied", `\`${link}\` is not a link`, {
        help: ["choose another: --out-link PATH"],
      }),
    );
  }
  // Writing it again would change the project's directory, which then had to be listed again.
  if (there && readlinkSync(link) === output) return ok();
  const aside = `${link}.${process.pid}`;
  symlinkSync(output, aside);
  renameSync(aside, link);
  return ok();
}

/** `gantry build`. */
export type BuildOptions = {
  /** Which package output; absent: `default`. */
  readonly name: string | undefined;
  /** Cargo packages (`-p`); empty: what the output says. */
  readonly packages: readonly string[];
  /** Cargo's profile; absent: what the output says (`release`). */
  readonly profile: string | undefined;
  /** A target triple; absent: the host's. */
  readonly target: string | undefined;
  /** Where the link to the output is left, absolute; absent: `result` beside the project. */
  readonly outLink: string | undefined;
};

/** What `-p`, `--profile` and `--target` chose. */
export function selectionOf(options: Pick<BuildOptions, "packages" | "profile" | "target">): Selection {
  return {
    packages: options.packages,
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.target !== undefined && { platform: options.target }),
  };
}
