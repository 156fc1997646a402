import { mkdirSync } from "node:fs";
import { ok, type Result } from "../base/result.ts";
import { openWholeLayer, type WholeLayer } from "../units/openWholeLayer.ts";
import type { UnitReason } from "../units/unitHistory.ts";
import { environmentOf } from "./environmentOf.ts";
import type { Workplace } from "./runStep.ts";
import { hooksOf } from "./shapingPhases.ts";
import type { Target } from "./target.ts";

/**
 * `/build/target` of a step whose Cargo prints no unit graph: it begins with the layer below, or the nearest earlier
 * one of the same environment, and Cargo judges what of it is fresh. Says so, in the output and for `gantry why`.
 */
export async function prepareWholeTarget(at: Workplace): Promise<Result<Target>> {
  const { engine, step } = at;
  const own = environmentOf(at, { compilers: hooksOf(step.derivation.phases) });
  const environment = step.from?.environment ?? own;
  const layer = openWholeLayer(engine.store, {
    contentOf: at.assembled.contentAt,
    from: step.from?.digest,
    names: [`${engine.project}\n${step.derivation.name}\n${environment.whole}`, environment.whole],
    // What is compiled in another environment than the layer's must not be found under it.
    keepsCompiled: own.whole === environment.whole,
    rebuild: engine.rebuild,
  });
  const note = noteOf(at, layer);
  engine.emit({ type: "note", text: note });
  step.onNote(note);
  const lower = await layer.restore();
  if (!lower.ok) return lower;
  const upper = `${at.scratch}/upper`;
  mkdirSync(upper);
  const compiled: UnitReason[] = [];
  return ok({
    mount: { at: "/build/target", kind: "layered", lower: lower.value, upper },
    onMessage(line) {
      const unit = layer.onMessage(line);
      if (!unit || (step.derivation.target?.keep === "dependencies" && unit.own)) return;
      const { own: isOwn, status, ...name } = unit;
      engine.emit({ type: "unit", step: step.derivation.name, status, ...name });
      if (status === "compiled") compiled.push({ ...name, reason: isOwn ? always : notFresh });
      step.onCompile(compiled);
    },
    async keep(rooms) {
      const digest = await layer.capture(rooms.written("/build/target"), (path) =>
        rooms.locate(`/build/target/${path}`),
      );
      return { digest, environment, differing: [] };
    },
  });
}

const always = "without a unit graph the project's own packages are compiled each time";
const notFresh = "Cargo did not find it fresh in the layer that the step began with";

function noteOf({ step }: Workplace, { offered }: WholeLayer): string {
  const { name } = step.derivation;
  const begins = offered.from === "below" ? "the layer below" : "the nearest earlier layer";
  const units = offered.units === 1 ? "1 unit" : `${offered.units} units`;
  const what =
    offered.units > 0 ? `\`${name}\` begins with ${begins}, ${units}` : `\`${name}\` begins with nothing`;
  return `the toolchain's Cargo prints no unit graph: ${what}`;
}
