import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** What `gantry with` is asked to build against. */
export type Override = {
  readonly name: string;
  /** Which of several locked versions is meant. */
  readonly version: string | undefined;
  /** As typed, for showing. */
  readonly written: string;
  /** Absolute. */
  readonly path: string;
};

/**
 * Reads `DEP=PATH` or `DEP@VERSION=PATH`; a relative path counts from `cwd`.
 *
 * Errors: `override-syntax`.
 */
export function parseOverride(word: string, cwd: string): Result<Override> {
  const [, name, version, written] = /^([\w-]+)(?:@([\w.+-]+))?=(.+)$/s.exec(word) ?? [];
  if (name === undefined || written === undefined) {
    return err(
      diagnostic("override-syntax", `\`${word}\` is not an override`, {
        notes: ["an override is `DEP=PATH`, or `DEP@VERSION=PATH` where the lock has several versions"],
        help: ["gantry with my-dep=../my-dep -- cargo build"],
        status: 2,
      }),
    );
  }
  return ok({ name, version, written, path: resolve(cwd, written) });
}

/** Two overrides of one dependency, of which Cargo could not take both. */
export function givenTwice(overrides: readonly Override[]): Diagnostic | undefined {
  const seen = new Set<string>();
  for (const { name, version } of overrides) {
    const key = `${name}@${version ?? ""}`;
    if (seen.has(key)) {
      return diagnostic("override-syntax", `\`${name}\` is overridden twice`, {
        help: [`leave one, or say which versions are meant: ${name}@VERSION=PATH`],
        status: 2,
      });
    }
    seen.add(key);
  }
  return undefined;
}
