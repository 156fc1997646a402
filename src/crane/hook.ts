import type { Run } from "../derivation/phase.ts";

/**
 * What runs before or after a phase: shell text, or commands as argument lists.
 *
 * @example
 * postInstall: "install -Dm644 app.service $out/lib/systemd/system/app.service"
 * preBuild: [["sqlite3", "schema.db", ".read schema.sql"]]
 */
export type Hook = string | readonly (readonly [string, ...string[]])[];

/** The runs of a hook; none where it is absent. Shell text stops at the first command that fails. */
export function hookRuns(name: string, hook: Hook | undefined): Run[] {
  if (hook === undefined) return [];
  if (typeof hook === "string") return [{ type: "run", name, argv: ["/bin/sh", "-euc", hook] }];
  return hook.map((argv) => ({ type: "run", name, argv }));
}
