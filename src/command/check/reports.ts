import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";
import type { Finding } from "./evidence.ts";
import { junit } from "./junit.ts";
import type { Checked } from "./runChecks.ts";
import { sarif } from "./sarif.ts";

type Where = {
  /** The project's root, which the places of findings count from. */
  readonly root: string;
  /** The directory that those of a report count from. */
  readonly base: string;
};

/**
 * Makes the directory of the reports, which git then ignores, and finds out whether they can be written there: before the
 * checks, which may take long.
 *
 * Errors: `report-impossible`.
 */
export function prepareReports(directory: string): Result<void> {
  try {
    const isNew = !existsSync(directory);
    makeDirectory(directory);
    // A report is no source: checks would run again for it.
    if (isNew) writeFileSync(`${directory}/.gitignore`, "*\n");
    accessSync(directory, constants.W_OK | constants.X_OK);
    return ok();
  } catch (thrown) {
    return err(
      diagnostic("report-impossible", `no reports can be written to \`${directory}\``, {
        causes: [thrown instanceof Error ? thrown.message : String(thrown)],
        help: ["name a directory that can be made, or written to: --report DIR"],
      }),
    );
  }
}

/**
 * Writes what all checks found, also those that were cached: `junit.xml` and `findings.sarif`; and reports that tools left,
 * named after the check: `nextest-junit.xml`, of partitions `nextest-1-junit.xml`.
 *
 * @param directory one that is there
 */
export function writeReports(directory: string, checked: readonly Checked[], { root, base }: Where): void {
  writeFileSync(`${directory}/junit.xml`, junit(checked));
  for (const { summary, reports } of checked) {
    for (const [at, report] of reports.entries()) {
      const which = reports.length > 1 ? `-${at + 1}` : "";
      writeFileSync(`${directory}/${summary.check}${which}-junit.xml`, readFileSync(report));
    }
  }
  writeFileSync(`${directory}/findings.sarif`, sarif(findingsAmong(checked, { root, base })));
}

/** What checks found, each once: several of them compile the same code. Places count from `base`. */
export function findingsAmong(
  checked: readonly Pick<Checked, "findings">[],
  { root, base }: Where,
): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of checked.flatMap(({ findings }) => findings)) {
    const { tool, message, place } = finding;
    // That a lint is an error for one check, and a warning for another, makes it no second one.
    const key = JSON.stringify([tool, finding.rule, message, place]);
    if (found.get(key)?.level === "error") continue;
    const file = place && relative(base, resolve(root, place.file));
    found.set(key, { ...finding, ...(place && file !== undefined && { place: { ...place, file } }) });
  }
  return [...found.values()];
}
