import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { chainedDirectory, gitStages } from "./hookScript.ts";

/** Where a hook that was there before is kept: under its own name, by which some programs decide which hook they are. */
export function chainedPlace(file: string): string {
  return join(dirname(file), chainedDirectory, basename(file));
}

/** Moves a hook to where Gantry's starts it. What lies beside it (`pre-commit.legacy`, a library) lies beside it there, as links. */
export function keepHook(file: string): void {
  const place = chainedPlace(file);
  mkdirSync(dirname(place), { recursive: true });
  move(file, place);
  for (const name of readdirSync(dirname(file))) {
    if (name === chainedDirectory || name.endsWith(".sample") || gitStages.some((stage) => stage === name))
      continue;
    const link = join(dirname(place), name);
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(join("..", name), link);
  }
}

/** Puts a hook that was kept back in the place of Gantry's. False: none was. */
export function putBackHook(file: string): boolean {
  const place = chainedPlace(file);
  if (!lstatSync(place, { throwIfNoEntry: false })) return false;
  move(place, file);
  const directory = dirname(place);
  const names = readdirSync(directory);
  if (gitStages.some((stage) => names.includes(stage))) return true;
  for (const name of names)
    if (lstatSync(join(directory, name)).isSymbolicLink()) rmSync(join(directory, name));
  if (readdirSync(directory).length === 0) rmdirSync(directory);
  return true;
}

/** A link leads to where it led before. */
function move(from: string, to: string): void {
  const target = lstatSync(from).isSymbolicLink() ? readlinkSync(from) : undefined;
  if (target === undefined || isAbsolute(target)) {
    renameSync(from, to);
    return;
  }
  rmSync(to, { force: true });
  symlinkSync(relative(dirname(to), resolve(dirname(from), target)), to);
  rmSync(from);
}
