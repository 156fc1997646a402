import type { State } from "./state.ts";

/**
 * The files that, touched, have Cargo compile what it would not compile by itself and a correct build must: a
 * macro, and a build script that does not say what it reads, may read files of their package and those that
 * no package has, and such a build script may read the lock; macros and all build scripts may read any
 * variable.
 */
export function unseenByCargo(before: State, after: State): string[] {
  const isChanged = (...names: (keyof State)[]) => names.some((name) => before[name] !== after[name]);
  const isLockChanged = isChanged("leaf", "usesAdded", "hasExtraMember", "version", "hasLeafMore");
  return [
    ...(isChanged("midData", "commonData", "behindLink", "whisper") ? ["mid/src/lib.rs"] : []),
    ...(isChanged("appData", "commonData", "behindLink", "whisper") ? appRoots : []),
    ...(isLockChanged || isChanged("commonData", "behindLink", "whisper") ? ["loose/info.txt"] : []),
    ...(isChanged("whisper") ? ["mid/seed.txt"] : []),
  ];
}

const appRoots = ["app/src/lib.rs", "app/src/main.rs", "app/tests/whole.rs", "app/examples/shown.rs"];
