import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { shellWord } from "../../shell/quote.ts";
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
 * Errors: `report-impossible`; `not-a-file`, where a directory is in the way.
 *
 * @param checks their names
 */
export function prepareReports(directory: string, checks: readonly string[]): Result<void> {
  try {
    const isNew = !existsSync(directory);
    makeDirectory(directory);
    // A report is no source: checks would run again for it.
    if (isNew) writeFileSync(`${directory}/.gitignore`, "*\n");
    accessSync(directory, constants.W_OK | constants.X_OK);
    for (const name of reportNames(checks)) {
      const file = `${directory}/${name}`;
      const found = statSync(file, { throwIfNoEntry: false });
      if (found && !found.isFile()) return err(notAFile(file, found.isDirectory()));
      if (found) accessSync(file, constants.W_OK);
    }
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

/** Of all that may be written: which checks leave reports of their tools is known afterwards. */
function reportNames(checks: readonly string[]): readonly string[] {
  return ["junit.xml", "findings.sarif", ...checks.map((check) => `${check}-junit.xml`)];
}

function notAFile(path: string, isDirectory: boolean) {
  const what = isDirectory ? "is a directory" : "is no file";
  return diagnostic("not-a-file", `\`${path}\` ${what}, and a report would be written there`, {
    help: [
      `remove it: rm ${isDirectory ? "-r " : ""}${shellWord(path)}`,
      "or name another directory: --report DIR",
    ],
  });
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
