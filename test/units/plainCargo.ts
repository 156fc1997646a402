import { spawnSync } from "node:child_process";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseMessage } from "../../src/cargo/parseMessage.ts";
import { nameOfMessage } from "../../src/units/unitName.ts";
import { generatedCrates } from "./generatedCrates.ts";

export type CargoCommand = {
  readonly words: readonly string[];
  /** Commands that find nothing of what others compiled have another one. */
  readonly target: string;
};

/** Plain Cargo in the user's own directory, with target directories that stay. */
export type PlainCargo = {
  /** Which units Cargo compiles for these commands: `package version target mode`. */
  readonly compiles: (commands: readonly CargoCommand[], greeting: number) => Set<string>;
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
  const variables = (target: string, greeting: number) => ({
    ...env,
    GREETING: String(greeting),
    CARGO_INCREMENTAL: "0",
    // Any build script and macro may read any variable, so that with another one everything is compiled again.
    CARGO_TARGET_DIR: join(base, `target-${target}-${greeting}`),
  });
  return {
    compiles(commands, greeting) {
      const lines = commands.flatMap(({ words: [verb = "", ...words], target }) => {
        const args = [
          verb,
          "--locked",
          "--offline",
          "--message-format",
          "json-render-diagnostics",
          ...sources,
          ...words,
        ];
        const ran = spawnSync("cargo", args, {
          cwd: root,
          env: variables(target, greeting),
          encoding: "utf8",
        });
        if (ran.status !== 0) throw new Error(`cargo ${args.join(" ")}\n${ran.stderr}`);
        return ran.stdout.split("\n");
      });
      return new Set(lines.flatMap((line) => compiledBy(line) ?? []));
    },
    touch(path) {
      const now = new Date();
      utimesSync(join(root, path), now, now);
    },
  };
}

function compiledBy(line: string): string | undefined {
  const message = line.startsWith("{") ? parseMessage(line) : undefined;
  const name = message && nameOfMessage(message);
  return name && [name.package, name.version, name.target, name.mode].join(" ");
}
