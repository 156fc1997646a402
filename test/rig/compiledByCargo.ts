import { spawnSync } from "node:child_process";
import { parseMessage } from "../../src/cargo/plan/message.ts";
import { nameOfMessage } from "../../src/units/layout/unitMessages.ts";
import { unitLine } from "./unitLine.ts";

type Surroundings = {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
};

/**
 * Runs plain Cargo, which must succeed, and returns the units that it did not find fresh, each as `unitLine`
 * writes it. Runs of build scripts are not among them, as they are not among Gantry's compiled ones.
 *
 * @param words the command and its arguments: `["build", "--locked"]`
 */
export function compiledByCargo(
  [verb = "", ...words]: readonly string[],
  { cwd, env }: Surroundings,
): string[] {
  const args = [verb, "--message-format", "json-render-diagnostics", ...words];
  const ran = spawnSync("cargo", args, { cwd, env, encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
  if (ran.status !== 0) throw new Error(`cargo ${args.join(" ")}\n${ran.stderr}`);
  return ran.stdout.split("\n").flatMap((line) => {
    const message = line.startsWith("{") ? parseMessage(line) : undefined;
    const name = message && nameOfMessage(message);
    return name ? [unitLine(name)] : [];
  });
}
