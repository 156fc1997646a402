import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type CiService, ciServices } from "../../eject/ejectedFile.ts";
import type { Emit } from "../../engine/event.ts";
import type { Command, CommandOutcome, GlobalOptions } from "../command.ts";
import type { FileChange } from "../eject/applyChanges.ts";
import { typesReference } from "../open/editorTypes.ts";
import { checkNames, type Described } from "./configurationText.ts";
import type { Findings } from "./findings.ts";
import type { Choices } from "./plan.ts";

type InitOptions = {
  /** Ask nothing. */
  readonly yes: boolean;
  readonly pedantic: boolean;
  /** Whose pipeline to write, whatever is answered. */
  readonly ci: CiService | undefined;
  /** Make the configuration from `flake.nix`. */
  readonly fromFlake: boolean;
  /** Print what would be written. */
  readonly dryRun: boolean;
};

/**
 * `gantry init`: looks at a project, asks little, and writes a configuration that does what Gantry does without one, its
 * types for editors, and what else was chosen; all of it or nothing.
 *
 * Errors: `init-unattended`, `init-configured`, `eject-foreign`; those of `findProject`, `proposalOf`, `findingsOf`, `lockOf`, `changesFor`, `applyChanges`, and
 * where there is a configuration already those of `withProject`.
 */
export const init: Command<InitOptions> = {
  doing: "writing the configuration",
  details:
    "The configuration does what Gantry does without one: the same builds, the same checks, nothing compiled anew. " +
    "Files that are there already stay as they are, but for lines that are added; to run it again is harmless.\n\n" +
    "With `--from-flake` it says what `flake.nix` says by Crane's functions: packages, checks, images, shells and hooks, with the " +
    "toolchain, the sources and the overrides. The flake is read and not evaluated, so nobody needs Nix, and it stays as it is. What " +
    "the configuration does not say of it is listed, with its place.",
  options: [
    { name: "yes", short: "y", summary: "ask nothing, and take the defaults" },
    {
      name: "ci",
      value: "SERVICE",
      summary: "write a pipeline that runs `gantry check`, as `gantry eject ci` does [default: none, or ask]",
      choices: ciServices,
    },
    { name: "from-flake", summary: "make the configuration from a `flake.nix` that uses Crane" },
    { name: "pedantic", summary: "add Clippy's group `pedantic` to `Cargo.toml`, and count what it finds" },
    { name: "dry-run", short: "n", summary: "write nothing, and print what would be written as a diff" },
  ],
  examples: [
    ["gantry init", "look at the project here, ask, and write the files"],
    ["gantry init --yes --dry-run", "see what it would write"],
    ["gantry init --ci github", "with a workflow of GitHub's, also where there is a configuration already"],
    ["gantry init --from-flake --dry-run", "see what becomes of a flake, and what does not"],
    ["gantry init --yes --pedantic", "with Clippy's pedantic lints, and how often each of them fires"],
  ],
  read: (args) => ({
    yes: args.count("yes") > 0,
    pedantic: args.count("pedantic") > 0,
    fromFlake: args.count("from-flake") > 0,
    ci: args.choice("ci", ciServices),
    dryRun: args.count("dry-run") > 0,
  }),
  async run(options, emit) {
    const { findProject } = await import("../../project/findProject.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { findingsOf, foundLines, oldToolchain } = await import("./findings.ts");
    const findings = findingsOf(project.value);
    if (!findings.ok) return findings;
    for (const text of foundLines(findings.value)) emit({ type: "done", verb: "Found", text });
    // A flake, and a configuration, may choose another toolchain.
    const isChosen = options.fromFlake || project.value.configuration !== undefined;
    const tooOld = isChosen ? undefined : await oldToolchain(findings.value, process.env);
    if (tooOld) emit({ type: "warning", diagnostic: tooOld });
    const proposal = await proposed(findings.value, options, emit);
    if (!proposal.ok) return proposal;
    const native = proposal.value ? ok([]) : await nativeOf(findings.value, options, emit);
    if (!native.ok) return native;
    const choices = await choose(findings.value, options);
    if (!choices.ok) return choices;
    if (choices.value === undefined) {
      emit({ type: "note", text: "stopped; nothing was changed" });
      return ok({ status: 130 });
    }
    const { changesFor } = await import("./plan.ts");
    const { pipelineFor } = await import("./pipeline.ts");
    const pipeline = await pipelineFor(findings.value, choices.value.ci, {
      native: native.value,
      options,
      emit,
    });
    if (!pipeline.ok) return pipeline;
    const material = {
      native: native.value,
      ...(proposal.value !== undefined && { configuration: proposal.value }),
      ...(pipeline.value && { pipeline: pipeline.value }),
    };
    const changes = changesFor(findings.value, choices.value, material);
    if (!changes.ok) return changes;
    if (choices.value.pedantic && project.value.configuration !== undefined) {
      // What counts the lints reads it, and nothing is written before it can be read.
      const { withProject } = await import("../open/project.ts");
      const read = await withProject(options, emit, async () => ok(undefined));
      if (!read.ok) return read;
    }
    tellWhatStays(findings.value, changes.value, emit);
    if (options.dryRun) return ok({ stdout: await diffOf(changes.value, emit) });
    const written = await write(changes.value, emit);
    return written.ok && choices.value.pedantic ? reportLints(findings.value, options, emit) : written;
  },
};

/**
 * The configuration by `flake.nix`, where that is asked for. What it leaves out of the flake is told.
 *
 * Errors: `init-configured`, and those of `proposalOf`.
 */
async function proposed(
  { project }: Findings,
  { fromFlake }: InitOptions,
  emit: Emit,
): Promise<Result<string | undefined>> {
  if (!fromFlake) return ok(undefined);
  if (project.configuration !== undefined) return err(configured());
  const { proposalOf } = await import("./flake/proposal.ts");
  emit({ type: "done", verb: "Reading", text: "flake.nix" });
  const proposal = proposalOf(project.root);
  if (!proposal.ok) return proposal;
  const { left, text } = proposal.value;
  for (const { place, what } of left)
    emit({ type: "done", verb: "Left", text: `${place.file}:${place.line}:${place.column}: ${what}` });
  if (left.length > 0)
    emit({
      type: "note",
      text: "what the flake alone is to say belongs into `flake.local.nix`: see docs/flake.md",
    });
  return ok(text);
}

function configured() {
  return diagnostic(
    "init-configured",
    "`gantry.config.ts` is there already, and `--from-flake` would write another one",
    {
      notes: ["nothing was changed"],
      help: ["move it away first, and compare: mv gantry.config.ts gantry.config.old.ts"],
      status: 2,
    },
  );
}

/** What of the system the configuration is to name. One that is there already says so itself. */
async function nativeOf(
  { project }: Findings,
  options: GlobalOptions,
  emit: Emit,
): Promise<Result<Described["native"]>> {
  if (project.configuration !== undefined) return ok([]);
  const [{ withInputs }, { lockOf }, { recognisedInputs }] = await Promise.all([
    import("../open/project.ts"),
    import("../../engine/inputs/lock.ts"),
    import("../../engine/inputs/recognisedInputs.ts"),
  ]);
  return withInputs(options, emit, async (inputs) => {
    const packages = lockOf(inputs, { type: "source", root: ".", filter: { kind: "everything" } });
    if (!packages.ok) return packages;
    const { wanted } = await recognisedInputs(inputs, packages.value);
    for (const { name, why } of wanted)
      emit({ type: "done", verb: "Found", text: `native package ${name}: ${why}` });
    return ok(wanted);
  });
}

/** Undefined: whoever was asked would rather stop. */
async function choose(
  { project, members, isInGit }: Findings,
  { yes, pedantic, ci, fromFlake, ask }: GlobalOptions & InitOptions,
): Promise<Result<Choices | undefined>> {
  const given = { pedantic, ...(ci && { ci }) };
  // A flake says itself which checks there are.
  if (yes || fromFlake || project.configuration !== undefined) return ok({ checks: checkNames, ...given });
  if (!ask) return err(unattended());
  const checks = await ask.choose(
    "Which checks should `gantry check` run?",
    checkNames.map((value) => ({ value, hint: hints[value] })),
  );
  if (!checks) return ok(undefined);
  const has = members.some(({ manifest }) => /\bpedantic\b/.test(manifest.document.text));
  const asksLints = !(pedantic || has) && checks.includes("clippy");
  const lints = asksLints
    ? await ask.confirm("Add Clippy's pedantic lints to `Cargo.toml`, as warnings?")
    : pedantic;
  if (lints === undefined) return ok(undefined);
  const answered = { checks, ...given, pedantic: lints };
  const { pipelineToAskFor } = await import("./pipeline.ts");
  const pipeline = ci || !isInGit ? undefined : pipelineToAskFor(project.root);
  if (!pipeline) return ok(answered);
  const wanted = await ask.confirm(`Write \`${pipeline.path}\`, which runs \`gantry check\` for each push?`);
  if (wanted === undefined) return ok(undefined);
  return ok({ ...answered, ...(wanted && { ci: pipeline.service }) });
}

const hints = {
  clippy: "warnings are errors",
  fmt: "as `cargo fmt --check`",
  test: "all tests of all packages",
} as const;

function unattended() {
  return diagnostic(
    "init-unattended",
    "`gantry init` has questions, and there is no terminal to ask them on",
    {
      notes: ["nothing was changed"],
      help: ["take the defaults: gantry init --yes", "see what they are: gantry init --yes --dry-run"],
      status: 2,
    },
  );
}

function tellWhatStays(
  { project, lock, isInGit }: Findings,
  changes: readonly FileChange[],
  emit: Emit,
): void {
  const note = (text: string): void => emit({ type: "note", text });
  if (project.configuration !== undefined) {
    note("`gantry.config.ts` is there already, and stays as it is");
    if (changes.some(isGenerated)) note(`an editor finds the types if it begins with: ${typesReference}`);
  }
  if (!isInGit) note("the project is in no git repository, so there is no `.gitignore` to add to");
  if (lock.isIgnored)
    note(
      "git ignores `Cargo.lock`, so others build with other crates: take it out of `.gitignore`, and commit it",
    );
}

/** Without the types, which are long and the same for everybody. */
async function diffOf(changes: readonly FileChange[], emit: Emit): Promise<string> {
  const { createTwoFilesPatch } = await import("diff");
  const [long, short] = [changes.filter(isGenerated), changes.filter((change) => !isGenerated(change))];
  for (const { shown, before } of long)
    emit({
      type: "note",
      text: `${before === undefined ? "and it would write" : "and it would renew"} \`${shown}\`, the types for editors`,
    });
  return short
    .map(({ shown, before, after }) => {
      const from = before === undefined ? "/dev/null" : `a/${shown}`;
      return createTwoFilesPatch(from, `b/${shown}`, before ?? "", after, undefined, undefined, {
        context: 3,
      }).replace(/^=+\n/, "");
    })
    .join("");
}

function isGenerated({ shown }: FileChange): boolean {
  return shown.endsWith(".d.ts");
}

async function write(changes: readonly FileChange[], emit: Emit): Promise<Result<CommandOutcome>> {
  const { applyChanges } = await import("../eject/applyChanges.ts");
  const applied = applyChanges(changes);
  if (!applied.ok) return applied;
  for (const { shown, before, what } of changes) {
    const verb = before === undefined ? "Created" : "Changed";
    emit({ type: "done", verb, text: what === undefined ? shown : `${shown}: ${what}` });
  }
  const note = (text: string): void => emit({ type: "note", text });
  if (changes.length === 0) note("nothing to do: all of it is there");
  const toCommit = changes.flatMap((change) => (isGenerated(change) ? [] : [change.shown]));
  if (toCommit.length > 0) note(`look at ${backticked(toCommit)}, commit, and run: gantry check`);
  return ok({});
}

/** What is written stays, whatever becomes of this. */
async function reportLints(
  findings: Findings,
  options: GlobalOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const { countLints, lintReport } = await import("./countLints.ts");
  const counts = await countLints(options, emit);
  if (!counts.ok) return counts;
  if (counts.value === undefined) {
    emit({
      type: "note",
      text: "no check of the project runs Clippy, so nothing counted what the lints find",
    });
    return ok({});
  }
  const { lintsTableOf } = await import("./pedanticChanges.ts");
  if (counts.value.length > 0) return ok({ stdout: lintReport(counts.value, lintsTableOf(findings)) });
  emit({ type: "note", text: "no lint of Clippy fires" });
  return ok({});
}
