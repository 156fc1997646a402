import { canonical } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import type { Message } from "../cargo/message.ts";
import { parseMessage } from "../cargo/parseMessage.ts";
import type { Store } from "../store/store.ts";
import { captureWhole } from "./captureWhole.ts";
import { composeUnits } from "./composeUnits.ts";
import { nameOfArtifact, type UnitName } from "./unitName.ts";
import { latestLayer, recordedLayer, recordLayer } from "./wholeLayer.ts";

/** The units of one target directory where Cargo does not tell what it will compile. */
export type WholeLayer = {
  /** What is laid down for Cargo to judge. */
  readonly offered: { readonly units: number; readonly from: "below" | "earlier" };
  readonly restore: () => Promise<Result<string>>;
  /** Takes a line of Cargo's messages; what it says of a unit, if it does. */
  readonly onMessage: (line: string) => ToldUnit | undefined;
  /** Keeps the units of packages other than the project's own; returns the digest of them all. */
  readonly capture: (directory: string, locate: (path: string) => string | undefined) => Promise<Digest>;
};

/** What a message says of a unit. */
export type ToldUnit = UnitName & {
  readonly status: "compiled" | "restored";
  /** It is of one of the project's own packages. */
  readonly own: boolean;
};

export type WholeContext = {
  /** The content of the vendored package that a file belongs to; undefined: it is the project's own. */
  readonly contentOf: (path: string) => Digest | undefined;
  /** The layer that the step is built on. */
  readonly from: Digest | undefined;
  /** Under which an earlier layer of the same environment is looked for, the nearest first. */
  readonly names: readonly string[];
  readonly keepsCompiled: boolean;
  /** Begin with what the step is built on, and no earlier layer: what the step compiled is compiled again. */
  readonly rebuild: boolean;
};

/**
 * Opens a target directory without a plan. It begins with the layer that the step is built on, or else with the
 * nearest earlier one of the same environment, in as far as the packages have the content that they had then; what
 * of it is fresh, Cargo decides. The project's own packages are compiled each time, since nothing proves them the
 * same: Cargo goes by modification times, and all files of a source have one.
 */
export function openWholeLayer(store: Store, context: WholeContext): WholeLayer {
  const { contentOf } = context;
  const recorded = context.from && recordedLayer(store.memo, context.from);
  const earlier = context.rebuild ? undefined : latestLayer(store.memo, context.names);
  const offered = (recorded ?? earlier ?? []).filter(
    ({ source, content, tree }) => contentOf(source) === content && store.tree(tree) !== undefined,
  );
  const messages: Message[] = [];
  return {
    offered: { units: offered.length, from: recorded ? "below" : "earlier" },
    restore: () => composeUnits(store, offered),
    onMessage(line) {
      const message = parseMessage(line);
      if (!message) return undefined;
      messages.push(message);
      if (message.type !== "compiler-artifact") return undefined;
      const name = nameOfArtifact(message);
      const own = contentOf(message.target.srcPath) === undefined;
      return name && { ...name, status: message.fresh ? "restored" : "compiled", own };
    },
    async capture(directory, locate) {
      const left = { directory, reader: { locate }, messages, offered };
      const units = await captureWhole(store, { ...left, ...context });
      const trees = units.map(({ place, tree }) => [place.root, place.directory, tree]);
      const digest = digestOf(canonical(trees.sort()));
      recordLayer(store.memo, digest, { units, names: context.names });
      return digest;
    },
  };
}
