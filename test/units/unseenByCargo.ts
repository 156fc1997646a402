import type { State } from "./state.ts";

/**
 * The files that, touched, have Cargo compile what it would not compile by itself and a correct build must: what macros,
 * build scripts, the linker and the assembler read without saying so. Macros and all build scripts may read any variable.
 */
export function unseenByCargo(before: State, after: State): string[] {
  const isChanged = (...names: (keyof State)[]) => names.some((name) => before[name] !== after[name]);
  const isMacroChanged = isChanged("commonData", "hasPart", "hasWanted", "whisper");
  const isWorkspaceChanged = isChanged("workspaceNote", "hasExtraMember", "version", "checksOverflow");
  return [
    ...(isMacroChanged || isChanged("midData") ? ["mid/src/lib.rs"] : []),
    ...(isMacroChanged || isChanged("appData") ? appRoots : []),
    ...(isChanged("whisper") ? ["loose/info.txt", "mid/seed.txt", "quiet/trigger.txt"] : []),
    ...(isWorkspaceChanged || isChanged("note", "hasPart", "hasWanted") ? ["quiet/trigger.txt"] : []),
    ...(isChanged("linkerArguments", "assembly") ? ["quiet/src/main.rs"] : []),
  ];
}

const appRoots = ["app/src/lib.rs", "app/src/main.rs", "app/tests/whole.rs", "app/examples/shown.rs"];
