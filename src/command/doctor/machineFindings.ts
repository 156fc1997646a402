import { statfsSync } from "node:fs";
import { formatBytes } from "../../base/format.ts";
import { installAdvice } from "../../fetch/native/packageSystem.ts";
import { chooseSandbox } from "../../sandbox/chooseSandbox.ts";
import type { Store } from "../../store/store.ts";
import { isOnPath } from "../../tree/files.ts";
import { type Finding, findingOf, fine } from "./finding.ts";

/** What of the machine builds depend on: isolation, programs that Gantry runs, room for the store. */
export async function machineFindings(store: Store, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  return [await sandboxFinding(store, env), ...programFindings(env), diskFinding(store.root)];
}

async function sandboxFinding(store: Store, env: NodeJS.ProcessEnv): Promise<Finding> {
  const choice = await chooseSandbox({ wanted: "auto", env, store, installAdvice, isDiagnosis: true });
  if (!choice.ok) return findingOf("sandbox", "wrong", choice.error);
  const { sandbox, warning } = choice.value;
  return warning
    ? findingOf("sandbox", "wrong", warning)
    : fine("sandbox", `steps are isolated: the level \`${sandbox.level}\``);
}

function programFindings(env: NodeJS.ProcessEnv): Finding[] {
  return programs.map(({ name, names, needed, isVital }): Finding => {
    if (isOnPath(name, env)) return fine(name, "is installed");
    return {
      about: name,
      state: isVital ? "wrong" : "warning",
      found: "is not on `PATH`",
      expected: needed,
      fix: [installAdvice(names, name)],
    };
  });
}

const programs = [
  {
    name: "cargo",
    names: { nixpkgs: ["cargo"] },
    needed: "it fetches crates, with your own settings",
    isVital: true,
  },
  {
    name: "git",
    names: { nixpkgs: ["git"], apt: ["git"], dnf: ["git"], pacman: ["git"], apk: ["git"], brew: ["git"] },
    needed: "it fetches git dependencies",
    isVital: false,
  },
  {
    name: "xz",
    names: { nixpkgs: ["xz"], apt: ["xz-utils"], dnf: ["xz"], pacman: ["xz"], apk: ["xz"], brew: ["xz"] },
    needed: "it unpacks toolchains that Gantry downloads",
    isVital: false,
  },
] as const;

/** A layer of some hundred crates takes a gigabyte, a toolchain half of one. */
function diskFinding(directory: string): Finding {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  const found = `${formatBytes(free)} are free where the store lies, ${directory}`;
  if (free >= 4 * 1024 ** 3) return fine("disk", found);
  return {
    about: "disk",
    state: free < 512 * 1024 ** 2 ? "wrong" : "warning",
    found,
    expected: "4 GiB, for a toolchain and some layers",
    fix: ["gantry store gc --max-size 5G", "or put the store elsewhere: --store DIR, GANTRY_STORE"],
  };
}
