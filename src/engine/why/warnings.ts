import * as v from "valibot";
import type { Digest } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { fields, list } from "../../base/schemas.ts";
import { parseMessage } from "../../cargo/plan/message.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import type { Store } from "../../store/store.ts";
import type { Emit } from "../event.ts";
import { recordedMessages } from "./journal.ts";
import { shortened } from "./logLines.ts";

const warning = fields({ reason: v.literal("warning"), lines: list(v.string()) });

/** A warning of Cargo's own, as it is kept among the messages of a step. */
export function warningMessage(lines: readonly string[]): string {
  return JSON.stringify({ reason: "warning", lines } satisfies v.InferOutput<typeof warning>);
}

/** What names files of the source by absolute paths, with their paths from the project's root. */
export function fromRoot({ mounts }: Derivation, text: string): string {
  const source = [mounts[world.source] ?? []].flat()[0];
  const root = source?.type === "source" && source.root !== "." ? `${source.root}/` : "";
  return text.replaceAll(`${world.source}/`, root);
}

/** The lines of what a compiler said. */
export function renderedLines(rendered: string): readonly string[] {
  return rendered.replace(/\n$/, "").split("\n");
}

type Saying = {
  readonly store: Store;
  readonly emit: Emit;
  /** What was said already: several steps may compile the same code. */
  readonly warned: Set<string>;
};

/** Says what compilers and Cargo said when a step ran whose result is taken, as Cargo does of what is fresh. */
export async function sayAgain(
  { store, emit, warned }: Saying,
  { derivation, key }: { readonly derivation: Derivation; readonly key: Digest },
): Promise<void> {
  const step = derivation.name;
  for (const message of await recordedMessages(store, key)) {
    const said = saidIn(message);
    const text = said.lines.join("\n").trimEnd();
    if (text === "" || warned.has(text)) continue;
    warned.add(text);
    for (const each of said.lines) {
      const line = said.isOfCargo ? fromRoot(derivation, each) : each;
      emit({ type: "output", step, line: shortened(line) });
    }
  }
}

type Said = { readonly lines: readonly string[]; readonly isOfCargo: boolean };

function saidIn(line: string): Said {
  const message = parseMessage(line);
  if (message?.type === "compiler-message")
    return { lines: renderedLines(message.rendered ?? ""), isOfCargo: false };
  const own = parsedJson(line);
  const lines = v.is(warning, own) ? own.lines : [];
  // An empty line parts it from what follows, as those of compilers.
  return { lines: lines.length > 1 ? [...lines, ""] : lines, isOfCargo: true };
}
