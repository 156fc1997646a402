import { posix } from "node:path";
import type { ConfigValue } from "./config.ts";

/**
 * A path of the configuration (`target-dir`, `paths`, `[patch]`, `env` with `relative`, programs with a `/`):
 * relative ones count from the directory that holds `.cargo`, whichever file of it they stand in
 * (https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths).
 */
export function configPath({ value, origin }: ConfigValue<string>): string {
  if (posix.isAbsolute(value)) return value;
  return posix.join(posix.dirname(posix.dirname(origin.document.file)), value);
}
