import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

type Name = "lstatSync" | "openSync" | "readdirSync" | "readFileSync" | "readlinkSync" | "renameSync";

/** Has something happen, once, at the moment at which one of these functions of Node is called with a path. */
export function whenCalled(names: readonly Name[], path: string, happens: () => void): Disposable {
  const own = Object.fromEntries(names.map((name) => [name, fs[name]]));
  let isOver = false;
  const meeting = (name: Name) =>
    function (this: unknown, ...words: unknown[]): unknown {
      if (words[0] === path && !isOver) {
        isOver = true;
        happens();
      }
      return Reflect.apply(own[name] as () => unknown, this, words);
    };
  Object.assign(fs, Object.fromEntries(names.map((name) => [name, meeting(name)])));
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      Object.assign(fs, own);
      syncBuiltinESMExports();
    },
  };
}
