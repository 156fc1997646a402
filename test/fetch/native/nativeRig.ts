import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { hostPlatform } from "../../../src/fetch/native/baseSystem.ts";
import type { NativeContext } from "../../../src/fetch/native/provider.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { readTree } from "../../../src/store/readTree.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

/** A store of its own, and a pretended host of which only `write` decides what is on it. */
export function nativeRig() {
  const directory = mkdtempSync(`${tmpdir()}/gantry-native-`);
  const store = valueOfResult(openStore(`${directory}/store`));
  const root = `${directory}/root`;
  mkdirSync(root);
  const context: NativeContext = {
    store,
    platform: hostPlatform(),
    root: "",
    env: process.env,
    directory,
    offline: false,
  };
  return {
    directory,
    /** This machine. */
    context,
    /** The pretended one. */
    pretended: { ...context, root, env: { PATH: `${directory}/bin`, CARGO_HOME: `${directory}/cargo` } },
    /** Files by path below the rig's directory; `-> target` is a link, `#!` a program. */
    write(files: Readonly<Record<string, string>>) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(`${directory}/${path}`), { recursive: true });
        if (text.startsWith("-> ")) symlinkSync(text.slice(3), `${directory}/${path}`);
        else writeFileSync(`${directory}/${path}`, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
      }
    },
    /** A tree of the store, one line a file: `bin/tool*` is executable, `lib/a -> b` a link. */
    list(tree: string): string[] {
      return readTree(tree)
        .map((file) => {
          if (file.type === "symlink") return `${file.path} -> ${file.target}`;
          return file.type === "file" && file.executable ? `${file.path}*` : file.path;
        })
        .sort();
    },
    [Symbol.dispose]() {
      store[Symbol.dispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
