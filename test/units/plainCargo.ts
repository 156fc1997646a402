import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compiledByCargo } from "../rig/compiledByCargo.ts";
import { generatedCrates } from "./generatedCrates.ts";
import type { State } from "./state.ts";

export type CargoCommand = {
  readonly words: readonly string[];
  /** Commands that find nothing of what others compiled have another one. */
  readonly target: string;
};

type Variables = Pick<State, "greeting" | "whisper">;

/** Plain Cargo in the user's own directory, with target directories that stay. */
export type PlainCargo = {
  /** Which units Cargo compiles for these commands, as `unitLine` writes them. */
  readonly compiles: (commands: readonly CargoCommand[], variables: Variables) => Set<string>;
  /** Has Cargo take a file for changed. */
  readonly touch: (path: string) => void;
};

/** @param base where its vendor and target directories go */
export function plainCargo(base: string, root: string, env: NodeJS.ProcessEnv): PlainCargo {
  for (const { name, version, files, checksum } of generatedCrates) {
    const of = { ...files, ".cargo-checksum.json": JSON.stringify({ files: {}, package: checksum }) };
    for (const [path, text] of Object.entries(of)) {
      const place = join(base, "vendor", `${name}-${version}`, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
  }
  const sources = [
    ...["--config", 'source.crates-io.replace-with="vendored"'],
    ...["--config", `source.vendored.directory="${base}/vendor"`],
  ];
  const environment = (target: string, { greeting, whisper }: Variables) => ({
    ...env,
    GREETING: String(greeting),
    WHISPER: String(whisper),
    CARGO_INCREMENTAL: "0",
    // A crate may read any variable that the dependency layer has, so that with another one everything is
    // compiled again.
    CARGO_TARGET_DIR: join(base, `target-${target}-${greeting}`),
  });
  return {
    compiles(commands, variables) {
      const lines = commands.flatMap(({ words: [verb = "", ...words], target }) =>
        compiledByCargo([verb, "--locked", "--offline", ...sources, ...words], {
          cwd: root,
          env: environment(target, variables),
        }),
      );
      return new Set(lines);
    },
    touch(path) {
      const now = new Date();
      utimesSync(join(root, path), now, now);
    },
  };
}
