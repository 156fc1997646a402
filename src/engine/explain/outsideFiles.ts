import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, posix, relative, resolve } from "node:path";
import { homeOf, isInside } from "../../base/paths.ts";
import type { Source } from "../../derivation/model.ts";
import { inWorkspace } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { expressionFrom } from "../../project/filtered/sourceExpression.ts";
import { textOf } from "../../tree/files.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { directoryOf, wordsFor } from "../inputs/source.ts";
import type { Explanation } from "./finding.ts";

type Lookups = {
  /** By whom, and from the source's root, as it was asked for: `..` and links are in the path. */
  readonly lookups: readonly { readonly who: string; readonly path: string }[];
  /** Whether something is at an absolute path of the step's world. */
  readonly isThere: (path: string) => boolean;
  /** What the command printed, without colours. */
  readonly text: string;
};

/**
 * What to say of a command that failed since it did not find what lies outside of its source: beside the project, by a path that leads
 * up (`../other/data.txt`), or wherever a link in the source leads. Nothing where all is there, or where no file was missed.
 */
export function explainOutside(
  context: InputContext,
  source: Source,
  { lookups, isThere, text }: Lookups,
): Explanation {
  if (!complaint.test(text)) return { notes: [], help: [] };
  const directory = directoryOf(context, source);
  const root = realPath(directory) ?? directory;
  // What was seen comes first: it says who it was. Of tests nothing is seen, nor at other levels.
  const named = [...namedIn(text), ...namedBefore(text, `${directory}/${source.workspace ?? ""}`)];
  const said = named.map((path) => ({ who: "the build", path: inWorkspace(source, path) }));
  const byPlace = new Map<string, string>();
  for (const { who, path } of [...lookups, ...said]) {
    const place = posix.normalize(path).replace(/\/$/, "");
    if (!byPlace.has(place)) byPlace.set(place, who);
  }
  const outside = [...byPlace].flatMap(([place, who]) => {
    const found = outsideOf(place, { directory, root, isThere });
    return found ? [{ who, ...found }] : [];
  });
  const found = outside.slice(0, most);
  if (found.length === 0) return { notes: [], help: [] };
  const notes = found.map(({ who, host, link }) => {
    const missed =
      link === undefined
        ? `\`${relative(context.project.root, host)}\`, which lies outside of the source`
        : `\`${link}\`, a link to \`${host}\` outside of the source`;
    return `${who} looked for ${missed}, so that no build has it`;
  });
  return { notes, help: [remedyFor(context, source, found)] };
}

/** The words of the system, and of rustc where a module's file is missing. */
const complaint = /No such file|NotFound|os error 2\b|couldn't read|file not found for module/;

/** How many are named. */
const most = 3;

function namedIn(text: string): string[] {
  const lines = text.split("\n").filter((line) => complaint.test(line));
  return lines.flatMap((line) =>
    [...line.matchAll(/[`"']((?![/~])[^`"'\s]*\.\.\/[^`"'\s]+)[`"']/g)].map(([, path = ""]) => path),
  );
}

/** What the code names just before it panics without saying which file it missed. Programs of Cargo run in their package. */
function namedBefore(text: string, workspace: string): string[] {
  return [...text.matchAll(/panicked at ([^\s:]+):(\d+):\d+:\n(.*)/g)].flatMap(
    ([, file = "", line, message = ""]) => {
      if (file.startsWith("/") || !complaint.test(message)) return [];
      const code = textOf(`${workspace}/${file}`)?.split("\n") ?? [];
      const shown = code.slice(Math.max(0, Number(line) - 4), Number(line)).join("\n");
      return [...shown.matchAll(/"((?![/~])[^"\\\s]*\.\.\/[^"\\\s]+)"/g)].flatMap(([, path = ""]) => {
        const places = above(file).map((directory) => posix.join(directory, path));
        return places.filter((place) => existsSync(`${workspace}/${place}`)).slice(0, 1);
      });
    },
  );
}

/** The directories that a file lies in, the nearest first. */
function above(file: string): string[] {
  const directory = posix.dirname(file);
  return directory === "." ? ["."] : [directory, ...above(directory)];
}

type Outside = {
  /** From the source's root. */
  readonly place: string;
  readonly host: string;
  /** The path in the source that a link stands on; undefined where the path itself leads out. */
  readonly link?: string;
};

type Around = Pick<Lookups, "isThere"> & {
  /** The host's directory of the source. */
  readonly directory: string;
  /** The same without links. */
  readonly root: string;
};

function outsideOf(place: string, { directory, root, isThere }: Around): Outside | undefined {
  const host = resolve(directory, place);
  const real = realPath(host);
  if (real === undefined || isInside(real, root)) return undefined;
  if (/^\.\.(?:\/|$)/.test(place)) {
    const inWorld = posix.join(world.source, place);
    const isOfWorld = Object.values<string>(world).includes(inWorld) || isThere(inWorld);
    // To look at a directory above says nothing of what is wanted there, nor do looks for a history.
    return isOfWorld || /(?:^|\/)(?:\.\.|\.git)$/.test(place) ? undefined : { place, host };
  }
  return isThere(real) ? undefined : { place, host: real, link: place };
}

/** Without links; undefined where nothing is. */
function realPath(path: string): string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false }) && realpathSync(path);
  } catch {
    return undefined;
  }
}

function remedyFor(context: InputContext, source: Source, found: readonly Outside[]): string {
  const keep = "keep a copy in the project, where `src` keeps it";
  const ups = found.map(({ place }) => /^(?:\.\.\/)*/.exec(place)?.[0] ?? "");
  const up = ups.reduce((longest, each) => (each.length > longest.length ? each : longest), "");
  const top = resolve(directoryOf(context, source), up);
  // Nobody wants all that they have to be a source.
  const isTooMuch = up === "" || top === dirname(top) || isInside(homeOf(context.env), top);
  if (isTooMuch) return keep;
  const words = wordsFor(context, source, expressionFrom);
  return `${keep}, or begin the source above both: ${words.beginningAt(up.slice(0, -1))}`;
}
