import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Derivation, Source } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { explainFilteredFile } from "../../project/filtered/explainFilteredFile.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { directoryOf, scanned } from "../inputs/source.ts";
import { configurationText, inConfiguration } from "./explainFailure.ts";

const declared = "in `gantry.config.ts`: ";

/** Finds out whether a step failed for want of a file that its source's filter drops; the file is on disk. */
export function filteredFile(
  context: InputContext,
  step: Derivation,
  output: string,
): Diagnostic | undefined {
  const source = sourceOf(step);
  if (!source) return undefined;
  const files = scanned(context, source);
  if (!files.ok) return undefined;
  const directory = directoryOf(context, source);
  const found = explainFilteredFile({ output, source, directory, files: files.value });
  if (!found) return undefined;
  const configuration = configurationText(context.project.configuration);
  const help = found.help.flatMap((line) =>
    line.startsWith(declared) ? inConfiguration([line.slice(declared.length)], configuration) : [line],
  );
  return { ...found, help };
}

function sourceOf(step: Derivation): Source | undefined {
  const inputs = [step.mounts[world.source] ?? []].flat();
  const sources = inputs.map((input) => (input.type === "dummy-source" ? input.of : input));
  return sources.find((input) => input.type === "source");
}
