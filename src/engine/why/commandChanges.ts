import { isRecord } from "../../base/digest.ts";

/**
 * In words, in what the commands of a step differ from those of before: what was added to the arguments, and what was
 * removed. Empty where it is nothing that has a name.
 *
 * @param before `phases` of a derivation as JSON, and so is `now`
 * @example
 * commandChanges(release, dev) // ["`--profile release` became `--profile dev`"]
 */
export function commandChanges(before: string, now: string): string[] {
  const [was, is] = [runsIn(before), runsIn(now)];
  const changes = [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [from, to] = [was.get(name), is.get(name)];
    if (!from) return [`\`${shown(name, to)}\` was added`];
    if (!to) return [`\`${shown(name, from)}\` was removed`];
    if (from.join("\n") === to.join("\n")) return [];
    return from[0] === "cargo" && to[0] === "cargo" ? wordChanges(from, to) : [`\`${name}\` changed`];
  });
  return [...changes, ...imageChanges(before, now)];
}

/** A run of Cargo by its verb, as one would type it; others have names that say what they are: `preBuild`. */
function shown(name: string, [program, verb]: readonly string[] = []): string {
  return program === "cargo" && verb !== undefined ? `cargo ${verb}` : name;
}

/** What is said of an image otherwise than before, by the names of its arguments. */
function imageChanges(before: string, now: string): string[] {
  const [was, is] = [imageIn(before), imageIn(now)];
  if (!was || !is) return [];
  const differing = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]),
  );
  return differing.map((name) => `\`${name}\` of the image changed`);
}

function imageIn(phases: string): Readonly<Record<string, unknown>> | undefined {
  const list: unknown = JSON.parse(phases);
  const image = (Array.isArray(list) ? list : []).filter(isRecord).find(({ type }) => type === "image");
  return image && { ...image, config: undefined, ...(isRecord(image.config) && image.config) };
}

/** The same of `target` in the record of a step: of the commands by which Cargo plans. */
export function planChanges(before: string, now: string): string[] {
  const [was, is] = [plansIn(before), plansIn(now)];
  return was.length === is.length ? was.flatMap((words, at) => wordChanges(words, is[at] ?? [])) : [];
}

function plansIn(target: string): string[][] {
  const parsed: unknown = JSON.parse(target);
  const plans: unknown = Array.isArray(parsed) && Array.isArray(parsed[1]) ? parsed[1][0] : [];
  return Array.isArray(plans) ? plans.map((words) => (Array.isArray(words) ? words.map(String) : [])) : [];
}

/** The words of each command, by its name. */
function runsIn(phases: string): Map<string, readonly string[]> {
  const list: unknown = JSON.parse(phases);
  const runs = (Array.isArray(list) ? list : []).filter(isRecord).filter(({ type }) => type === "run");
  return new Map(runs.map(({ name, argv }) => [String(name), Array.isArray(argv) ? argv.map(String) : []]));
}

/** In what the words of one command differ. An option and its value are one thing. */
function wordChanges(before: readonly string[], now: readonly string[]): string[] {
  const [was, is] = [optionsIn(before), optionsIn(now)];
  const added = without(is, was);
  const removed = without(was, is);
  const changes = removed.map((option) => {
    const at = added.findIndex((each) => nameOf(each) === nameOf(option));
    return at < 0 ? `\`${option}\` was removed` : `\`${option}\` became \`${added.splice(at, 1)[0]}\``;
  });
  return [...changes, ...added.map((option) => `\`${option}\` was added`)];
}

/** `--profile dev` as one, and so `-p app`. */
function optionsIn(words: readonly string[]): string[] {
  const options: string[] = [];
  for (const word of words) {
    const last = options.at(-1);
    const takesValue = last !== undefined && /^-[^= ]*[^= -]$/.test(last) && !word.startsWith("-");
    if (takesValue) options.splice(-1, 1, `${last} ${word}`);
    else options.push(word);
  }
  return options;
}

function nameOf(option: string): string {
  return option.replace(/[ =].*/s, "");
}

/** Those of `options` that `others` has not, or less often. */
function without(options: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return options.filter((option) => {
    const at = left.indexOf(option);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
