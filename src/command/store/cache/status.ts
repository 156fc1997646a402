import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { duration, formatColumns } from "../../../base/format.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { CacheSettings } from "../../../cache/settings.ts";
import type { Emit } from "../../../engine/event.ts";
import type { InputContext } from "../../../engine/inputs/resolvedInput.ts";
import type { Command, GlobalOptions } from "../../command.ts";

/** `gantry cache status`: which shared cache there is, whether it answers, who is believed, and whether this machine writes. */
export const cacheStatus: Command = {
  doing: "asking the shared cache",
  interrupted: "nothing was changed",
  details:
    "Asks for a record that nobody has; and where this machine has a key and may write, writes an entry of some hundred bytes, the " +
    "same one each time, since many servers let read who may not write. Ends with 1 where the cache does not answer, or refuses that.",
  examples: [["gantry cache status", "before asking why nothing is fetched, or sent"]],
  read: () => ({}),
  async run(options, emit) {
    const { withInputs } = await import("../../open/project.ts");
    const { requiredCache } = await import("./recorded.ts");
    const { stopped } = await import("../../../fetch/progress.ts");
    return withInputs(options, emit, async (inputs) => {
      const opened = await settingsOf(inputs, options);
      if (!opened.ok) return opened;
      const cache = requiredCache(opened.value);
      if (!cache.ok) return cache;
      const { url, settings, level } = cache.value;
      const { trusted, write } = settings;
      const { answer, writes, before, name } = await ask({ ...settings, url }, inputs, level);
      if (options.signal.aborted) return err(stopped());
      const day = (at: number) => new Date(1000 * at).toISOString().slice(0, 16).replace("T", " ");
      const { sharedLevel } = await import("../../../cache/statement/statement.ts");
      const problem = answer.problem ?? writes.problem;
      const rows = [
        ["address", name],
        ["answers", answer.text],
        ...(answer.problem ? remediesOf(answer.problem) : []).map((help) => ["help", help]),
        ...(trusted.length === 0 ? [["trusted keys", "none: nothing is fetched"]] : []),
        ...trusted.map(({ text }, at) => [at === 0 ? "trusted keys" : "", text]),
        ["writes", "reads" in write ? `no: ${write.reads}` : writes.text],
        ...("reads" in write ? (write.help ?? []) : []).map((help) => ["help", help]),
        ...(writes.problem ? remediesOf(writes.problem) : []).map((help) => ["help", help]),
        ["sandbox", level === sharedLevel ? level : `${level}: nothing is shared at this level`],
        ...(before
          ? [["last problem", `${day(before.at)}: ${[before.message, ...before.notes].join("; ")}`]]
          : []),
      ];
      return ok({ stdout: formatColumns(rows).join("\n"), ...(problem && { status: 1 }) });
    });
  },
};

/** What the project and this machine say of a cache. No toolchain is needed for that. Errors: those of what is read. */
async function settingsOf(
  inputs: InputContext,
  { cache: option, offline, sandbox: wanted, verbosity }: GlobalOptions,
): Promise<Result<{ readonly settings: CacheSettings; readonly level: string }>> {
  const { describeProject } = await import("../../open/project.ts");
  const { cacheSettings } = await import("../../../cache/settings.ts");
  const { writtenPassword } = await import("../../../cache/secrets.ts");
  const { chooseSandbox } = await import("../../../sandbox/chooseSandbox.ts");
  const { warnOfLevel } = await import("../../open/warnOfLevel.ts");
  const { installAdvice } = await import("../../../fetch/native/packageSystem.ts");
  const { project, env, store, emit } = inputs;
  const { root, configuration } = project;
  const choice = await chooseSandbox({ wanted, env, store, installAdvice });
  if (!choice.ok) return choice;
  const { warning } = choice.value;
  if (warning) warnOfLevel(warning, { store, verbosity, emit });
  const described =
    configuration === undefined
      ? undefined
      : await describeProject(inputs, { args: [] }, { heedsUser: true, isBuild: true });
  if (described?.ok === false) return described;
  const configured = described?.value.cache;
  const settings = cacheSettings({ configured, root, env, option, offline, isPush: true });
  if (!settings.ok) return settings;
  const password = configured && writtenPassword(configured, configuration);
  if (password) emit({ type: "warning", diagnostic: password });
  return ok({ settings: settings.value, level: choice.value.sandbox.level });
}

type Told = { readonly text: string; readonly problem?: Diagnostic };

/** Asks for what nobody has, and tries to write. */
async function ask(
  settings: CacheSettings & { readonly url: string },
  { env, signal, store }: InputContext,
  level: string,
) {
  const { peerOf } = await import("../../../engine/shared/bring.ts");
  const { shownAddress } = await import("../../../cache/backend/shownAddress.ts");
  const { isAbsentDirectory } = await import("../../../cache/settings.ts");
  const problems: Diagnostic[] = [];
  const collect: Emit = (event) => event.type === "warning" && problems.push(event.diagnostic);
  await using peer = peerOf({ settings, emit: collect, signal, env }) ?? null;
  const start = performance.now();
  await peer?.lookUp([{ kind: "result", version: 0, key: "a question of `gantry cache status`" }]);
  const took = duration((performance.now() - start) / 1000);
  const name = peer?.name ?? shownAddress(settings.url);
  const [problem] = problems;
  const before = peer && store.records.get("cache-problem", peer.name);
  // One that hangs is not looked at again.
  const isAbsent = !problem && isAbsentDirectory(settings.url);
  const answer: Told = problem
    ? { text: `no: ${whyNot(problem)}`, problem }
    : { text: `in ${took}${isAbsent ? " (empty: not there yet)" : ""}` };
  const { write } = settings;
  if ("reads" in write) return { answer, writes: { text: "" } satisfies Told as Told, before, name };
  const signed = `signed as \`${write.key.name}\``;
  const { tryWriting } = await import("../../../engine/shared/send.ts");
  const writes = async (): Promise<Told> => {
    if (problem || !peer) return { text: `not tried, since it does not answer; ${signed}` };
    if (isAbsent) return { text: whetherMade(fileURLToPath(settings.url), signed) };
    if (await tryWriting(peer, write.key, level)) return { text: `yes, ${signed}` };
    const [refusal] = problems;
    return {
      text: `no: ${refusal ? whyNot(refusal) : "it takes nothing"}`,
      ...(refusal && { problem: refusal }),
    };
  };
  return { answer, writes: await writes(), before, name };
}

/** Of a directory that is not there yet, and is not made only to find out. */
function whetherMade(directory: string, signed: string): string {
  const nearest = existsSync(directory) ? directory : dirname(directory);
  if (nearest !== directory && !existsSync(nearest)) return whetherMade(nearest, signed);
  try {
    accessSync(nearest, constants.W_OK);
    return `yes, ${signed}: who sends first makes the directory`;
  } catch {
    return `no: \`${nearest}\` may not be written to`;
  }
}

/** Of a cache that was given up, the last says how to do without it. */
function remediesOf({ help, code }: Diagnostic): readonly string[] {
  return code === "cache-given-up" ? help.slice(0, -1) : help;
}

/** What a server said lies beneath what is made of it. */
function whyNot({ message, notes, causes, code }: Diagnostic): string {
  const said = code === "cache-given-up" ? notes : [message, ...notes];
  return [said.join("; "), ...causes].join(": ");
}
