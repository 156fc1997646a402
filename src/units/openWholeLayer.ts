import { canonical, type Digest, digestOf } from "../base/digest.ts";
import type { Result } from "../base/result.ts";
import { type Message, parseMessage } from "../cargo/plan/message.ts";
import { parsePackageId } from "../cargo/sourceId.ts";
import type { Records, Store } from "../store/store.ts";
import { freshUnits } from "./keep/freshUnits.ts";
import { composeUnits, storeUnit, type UnitFiles } from "./keep/unitRecord.ts";
import { fingerprintAt, placeName, type TargetReader, type UnitPlace } from "./layout/targetLayout.ts";
import { nameOfArtifact, signatureOfMessage, type UnitName } from "./layout/unitMessages.ts";
import { writtenUnits } from "./layout/writtenUnits.ts";

/** The units of one target directory where Cargo does not tell what it will compile. */
export type WholeLayer = {
  /** What is laid down for Cargo to judge. */
  readonly offered: { readonly units: number; readonly from: "below" | "earlier" };
  readonly restore: () => Promise<Result<string>>;
  /** Takes a line of Cargo's messages; returns what it says of a unit, if it does. */
  readonly onMessage: (line: string) => UnitStatus | undefined;
  /** Keeps the units of packages other than the project's own; returns the digest of them all. */
  readonly capture: (directory: string, locate: (path: string) => string | undefined) => Promise<Digest>;
};

/** What a message says of a unit. */
type UnitStatus = UnitName & {
  readonly status: "compiled" | "restored";
  /** It is of one of the project's own packages. */
  readonly own: boolean;
};

type WholeContext = {
  /** The content of the vendored package that a file belongs to; undefined: it is the project's own. */
  readonly contentOf: (path: string) => Digest | undefined;
  /** The layer that the step is built on. */
  readonly from: Digest | undefined;
  /** The names under which an earlier layer of the same environment is looked for, the nearest first. */
  readonly names: readonly string[];
  /** Whether what the step compiles is kept: not where its environment is another one than the layer's. */
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
  const { contentOf, from, names, keepsCompiled, rebuild } = context;
  const recorded = from && store.records.get("whole-layer", from);
  const earlier = rebuild ? undefined : latestLayer(store.records, names);
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
      const build = { directory, reader: { locate }, messages, offered, contentOf, keepsCompiled };
      const units = await captureWhole(store, build);
      const trees = units.map(({ place, tree }) => [place.root, place.directory, tree]);
      const digest = digestOf(canonical(trees.sort()));
      recordLayer(store.records, digest, { units, names });
      return digest;
    },
  };
}

/** A build that is over. */
type Build = {
  /** The host's, that holds what the build wrote. */
  readonly directory: string;
  readonly reader: TargetReader;
  readonly messages: readonly Message[];
  /** The units that Cargo judged. */
  readonly offered: readonly PlacedUnit[];
} & Pick<WholeContext, "contentOf" | "keepsCompiled">;

/**
 * Moves the units that Cargo compiled of packages other than the project's own into the store; returns them and those
 * that it found fresh. Only what a message names together with its hash is kept: a stub of the project that stayed
 * would be taken for the real thing, and other files could be anybody's.
 */
async function captureWhole(store: Store, build: Build): Promise<PlacedUnit[]> {
  const written = writtenUnits(build.directory);
  const isFresh = freshUnits(store, build);
  const offered = new Map(build.offered.map((unit) => [placeName(unit.place), unit]));
  const units: PlacedUnit[] = [];
  for (const { place, source, content } of reportedUnits(build).values()) {
    const restored = offered.get(placeName(place));
    if (restored && (!written.has(place) || isFresh({ record: restored }, place))) units.push(restored);
    else if (build.keepsCompiled && written.has(place) && fingerprintAt(build.reader, place) !== undefined) {
      const files = await storeUnit(store, build.directory, written.filesAt(place));
      if (files) units.push({ place, source, content, ...files });
    }
  }
  return units;
}

/**
 * By place. A message about the run of a build script names no source of its package, but those about other units of
 * the package do.
 */
function reportedUnits({ messages, contentOf }: Build) {
  const sources = new Map<string, string>();
  const units = new Map<string, Pick<PlacedUnit, "place" | "source" | "content">>();
  for (const message of messages) {
    if (message.type === "compiler-artifact") sources.set(message.packageId, message.target.srcPath);
    if (message.type !== "compiler-artifact" && message.type !== "build-script-executed") continue;
    const reported = signatureOfMessage(message);
    const source = sources.get(message.packageId);
    const content = source === undefined ? undefined : contentOf(source);
    if (!reported || source === undefined || content === undefined) continue;
    const { root, hash } = reported;
    const directory = reported.directory ?? (hash && `${parsePackageId(message.packageId)?.name}-${hash}`);
    if (directory) units.set(placeName({ root, directory }), { place: { root, directory }, source, content });
  }
  return units;
}

/**
 * What is kept of a unit where no plan tells what it is made of. Cargo's own fingerprint decides whether it is fresh:
 * of a package that is not the project's own it covers version, features, profile and dependencies, not the content.
 */
type PlacedUnit = UnitFiles & {
  readonly place: UnitPlace;
  /** A file of its package, and the content of the whole package when the unit was compiled. */
  readonly source: string;
  readonly content: Digest;
};

/** The layer that was kept last under one of these names, the first name that has one. */
function latestLayer(records: Records, names: readonly string[]): readonly PlacedUnit[] | undefined {
  for (const name of names) {
    const digest = records.get("latest-whole-layer", name);
    const units = digest && records.get("whole-layer", digest);
    if (units) return units;
  }
  return undefined;
}

function recordLayer(
  records: Records,
  digest: Digest,
  { units, names }: { readonly units: readonly PlacedUnit[]; readonly names: readonly string[] },
): void {
  records.set("whole-layer", digest, units);
  for (const name of names) records.set("latest-whole-layer", name, digest);
}
