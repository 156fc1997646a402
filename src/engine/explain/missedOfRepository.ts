import { posix } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { isWithin } from "../../base/paths.ts";
import { all, ok } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { type Checkout, findPackages, firstOfWalk, openCheckout } from "../../fetch/git/checkout.ts";
import { checkoutOnRecord } from "../../fetch/git/fetchCheckout.ts";
import { gitCheckouts, type LockedGitPackage } from "../../fetch/git/gitSource.ts";
import { repositoryDirectory } from "../../fetch/git/readOutside.ts";
import { crateStem, type LockedPackage } from "../../fetch/lockedPackage.ts";
import { sourceDirectory } from "../../fetch/vendor/vendorConfig.ts";
import { textOf } from "../../tree/files.ts";
import { followLinks } from "../../tree/links.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { packagesOfVendor } from "../inputs/vendor.ts";
import type { Explanation } from "./finding.ts";
import { type FailedCommand, nameOf, unitOfTask, wanting } from "./missedFiles.ts";

/**
 * What to say of a command that failed since a package from git did not find what its repository has, and its own directory has not:
 * plain Cargo builds it in the whole checkout. Nothing where it missed no such thing.
 */
export async function explainRepository(
  context: InputContext,
  step: Derivation,
  { ofAll, isThere, text, isExplained }: FailedCommand,
): Promise<Explanation> {
  const failed = packagesIn(text);
  if (failed.size === 0 || (isExplained && !complaint.test(text))) return nothing;
  const packages = await gitPackages(context, step);
  const seen = ofAll.tasks
    .filter(({ env }) => failed.has(env.CARGO_PKG_NAME ?? ""))
    .flatMap((task) =>
      task.accesses.flatMap(({ kind, path }): Lookup[] =>
        wanting.has(kind) ? [{ who: nameOf(unitOfTask(task)), path, from: task.env.CARGO_MANIFEST_DIR }] : [],
      ),
    );
  // Of what a level does not observe, the log may tell.
  const missed = new Map<string, Missed>();
  for (const lookup of [
    ...seen,
    ...namedIn(
      text,
      packages.filter(({ name }) => failed.has(name)),
    ),
  ]) {
    const path = posix.normalize(lookup.path).replace(/\/$/, "");
    if (isThere(path)) continue;
    const found = inRepository(path, lookup, packages);
    const key = found && `${found.of.source} ${found.place}`;
    if (found && key !== undefined && !missed.has(key)) missed.set(key, { ...found, who: lookup.who });
  }
  return explanation([...missed.values()]);
}

const nothing: Explanation = { notes: [], help: [] };

/** The words of the system, and of rustc where a module's file is missing. */
const complaint = /No such file|NotFound|os error 2\b|couldn't read|file not found for module/;

/** `from`: the directory of the package that is compiled, or whose script runs. */
type Lookup = { readonly who: string; readonly path: string; readonly from: string | undefined };

/** `place`: in the repository. */
type Missed = { readonly who: string; readonly place: string; readonly of: GitPackage };

/** How many are named. */
const most = 3;

function explanation(missed: readonly Missed[]): Explanation {
  // Who opens a file has often looked for its directory.
  const last = missed.filter(({ place }) => !missed.some((each) => each.place.startsWith(`${place}/`)));
  const [first] = last;
  if (!first) return nothing;
  const alike = Map.groupBy(last, ({ who, of }) => `${who} of ${of.name}`);
  const notes = [...alike.values()].flatMap(([one, ...others]) => {
    if (!one) return [];
    const places = backticked([one, ...others].slice(0, most).map(({ place }) => place));
    return `${one.who} looked for ${places} in the repository of \`${one.of.name}\`, of which a build has only that package, as \`cargo vendor\` has it`;
  });
  const { directory } = first.of;
  const inside = directory === "." ? "at the root of that repository" : `in \`${directory}\` there`;
  return {
    notes,
    help: [
      `have a copy ${inside}, or a link to it, which a package takes along, and have that read`,
      "where the repository is not yours: change its checkout, overrideVendorGitCheckout with `patches` or `postPatch`",
    ],
  };
}

/** The packages that Cargo says it could not compile, or whose build scripts failed (1.95). */
function packagesIn(text: string): ReadonlySet<string> {
  const failures = text.matchAll(/(?:failed to run custom build command for|could not compile) `([\w-]+)/g);
  return new Set([...failures].map(([, name = ""]) => name));
}

type GitPackage = LockedGitPackage & {
  /** Of the step's world. */
  readonly mount: string;
  /** In the repository. */
  readonly directory: string;
  readonly checkout: Checkout;
};

/** The packages of a step that come from git, as far as the store has their checkouts. */
async function gitPackages(context: InputContext, step: Derivation): Promise<GitPackage[]> {
  const inputs = [step.mounts[world.vendor] ?? []].flat();
  const locked = inputs.map((input) =>
    input.type === "vendor" ? packagesOfVendor(context, input) : ok<readonly LockedPackage[]>([]),
  );
  const packages = all(await Promise.all(locked));
  const checkouts = gitCheckouts(packages.ok ? packages.value.flat() : []);
  return (checkouts.ok ? checkouts.value : []).flatMap(({ pinned, packages }) => {
    const tree = checkoutOnRecord(pinned, context.store);
    const checkout = tree && openCheckout(context.store.pathOf(tree));
    return checkout ? packages.flatMap((one) => placed(one, checkout)) : [];
  });
}

function placed(one: LockedGitPackage, checkout: Checkout): GitPackage[] {
  const candidates = findPackages(one.name, checkout).filter(({ version }) => version === one.version);
  const found = firstOfWalk(candidates, checkout);
  if (!found) return [];
  const mount = `${world.vendor}/${sourceDirectory(one.source)}/${crateStem(one)}`;
  return [{ ...one, mount, directory: found.directory, checkout }];
}

/** What lies in a repository at a path of the step's world, as seen from the package that it was looked for from, or any other. */
function inRepository(
  path: string,
  { path: written, from = "" }: Lookup,
  packages: readonly GitPackage[],
): Omit<Missed, "who"> | undefined {
  const isNear = ({ mount }: GitPackage) => isWithin(written, mount) || isWithin(from, mount);
  const beside = ({ mount }: GitPackage) => isWithin(path, posix.dirname(mount));
  for (const of of [...packages.filter(isNear), ...packages.filter(beside)]) {
    const place = placeIn(of, path);
    if (place !== undefined && isInCheckout(place, of.checkout)) return { place, of };
  }
  return undefined;
}

/** Undefined: it lies outside of the repository, or is its root. */
function placeIn({ mount, directory }: GitPackage, path: string): string | undefined {
  const copy = `${mount}/${repositoryDirectory}`;
  const place = isWithin(path, copy)
    ? posix.relative(copy, path)
    : posix.join(directory, posix.relative(mount, path));
  return /^(?:\.?$|\.\.(?:\/|$))/.test(place) ? undefined : place;
}

function isInCheckout(place: string, { files, links }: Checkout): boolean {
  const end = followLinks(links, place);
  if (end === undefined) return false;
  return files.has(end) || [...files].some((each) => each.startsWith(`${end}/`));
}

/** Paths that lines complain of, and those in the code just before a panic that does, as each of the packages that failed has them. */
function namedIn(text: string, own: readonly GitPackage[]): Lookup[] {
  const scripts = /failed to run custom build command/.test(text);
  const asked = ({ name, mount }: GitPackage, path: string): Lookup => {
    const who = scripts ? `the build script of \`${name}\`` : `\`${name}\``;
    return { who, path: posix.isAbsolute(path) ? path : `${mount}/${path}`, from: mount };
  };
  const lines = text.split("\n").filter((line) => complaint.test(line) && !line.includes("panicked at"));
  const inLines = lines.flatMap((line) => [
    // Without namespaces the world lies in the store.
    ...[...line.matchAll(/\/build\/vendor\/[^\s"'`():,;]+/g)].map(([path]) => path),
    ...[...line.matchAll(/[`"'](\.\.\/[^`"'\s]+)[`"']/g)].map(([, path = ""]) => path),
  ]);
  const inCode = [...text.matchAll(/panicked at \S*?(\/build\/vendor\/[^\s:]+):(\d+):\d+:\n/g)].flatMap(
    ([, file = "", line]) => own.flatMap((one) => pathsBefore(one, file, Number(line))),
  );
  return own.flatMap((one) => [...inLines, ...inCode].map((path) => asked(one, path)));
}

/** The paths with `..` in the last lines of code up to one. Build scripts run in the directory of their package. */
function pathsBefore(of: GitPackage, file: string, line: number): string[] {
  const place = isWithin(file, of.mount) ? placeIn(of, file) : undefined;
  const code = place === undefined ? undefined : textOf(`${of.checkout.directory}/${place}`);
  const shown = (code?.split("\n") ?? []).slice(Math.max(0, line - 6), line).join("\n");
  return [...shown.matchAll(/"\/?([^"\\\s/]*\.\.\/[^"\\\s]+)"/g)].map(([, path = ""]) => path);
}
