import { join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import type { Emit } from "../../engine/event.ts";
import type { Realised } from "../../engine/step/realise.ts";
import { shortened, treeDifferences } from "../../engine/why/treeDifferences.ts";
import { storedRecords } from "../../store/contents.ts";
import { openIndex } from "../../store/index.ts";
import { readTree } from "../../store/readTree.ts";
import type { Store } from "../../store/store.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import type { GlobalOptions } from "../command.ts";
import type { Chosen } from "./selection.ts";
import { type Session, withSession } from "./session.ts";

/** A package output, and the options that it is built with. */
type Wanted = {
  readonly name: string;
  readonly derivation: Derivation;
  readonly options: GlobalOptions & { readonly chosen: Chosen };
};

/** What a build left. */
type Left = {
  readonly output: Digest;
  readonly files: readonly TreeFile[];
  /** The files of a unit, by its key. */
  readonly unitFiles: (key: string) => readonly TreeFile[] | undefined;
};

/** What a build left in a store that was empty, and is gone. */
type LeftAnew = Left & { readonly unitKeys: readonly string[] };

/**
 * Builds with what the store has, then with an empty store, and compares. Where the two differ, a second empty store
 * tells whether builds of this project are never the same, or what was reused ought not to have been.
 *
 * Errors: `reused-wrongly`, `not-reproducible`; `paranoid-needs-sandbox`, since without it paths within the store are in
 * what is built; what keeps an empty store from building at all; and those of `session.realise`.
 */
export async function realiseAndCompare(
  session: Session,
  wanted: Wanted,
  emit: Emit,
): Promise<Result<Realised>> {
  if (session.level !== "full") return err(needsSandbox());
  const realised = await session.realise(wanted.derivation);
  if (!realised.ok && realised.error.code === "interrupted") return realised;
  const compared = await compare(session, { ...wanted, realised }, emit);
  return compared.ok ? realised : compared;
}

type Built = Wanted & { readonly realised: Result<Realised> };

async function compare(session: Session, built: Built, emit: Emit): Promise<Result<void>> {
  const { name, realised } = built;
  const note = (text: string) => emit({ type: "note", text: `\`--paranoid\`: ${text}` });
  note("building again with an empty store, which takes as long as a first build");
  const first = await buildEmpty(session, built, emit);
  // What is not there to build with is missing from both.
  if (!first.ok) return realised.ok ? first : ok();
  const warm: Result<Left> = realised.ok ? ok(leftOf(session.store, realised.value)) : realised;
  if (isSame(warm, first.value)) {
    note(warm.ok ? sameText(warm.value) : "the build fails with an empty store, too");
    return ok();
  }
  note(
    "an empty store gives something else: building once more, with another one, to see whether they agree",
  );
  const second = await buildEmpty(session, built, emit);
  if (!second.ok) return second;
  return err(
    isSame(first.value, second.value)
      ? reusedWrongly(name, warm, first.value)
      : notReproducible(name, first.value, second.value),
  );
}

function sameText({ files }: Left): string {
  return `an empty store gives the same (${files.length === 1 ? "1 file" : `${files.length} files`} compared)`;
}

/**
 * What an empty store gives: an output, or a step that fails. The store lies in the session's own, so that it is removed
 * whatever happens.
 *
 * Errors: those that no step is to blame for, such as a crate that cannot be fetched.
 */
async function buildEmpty(session: Session, wanted: Wanted, emit: Emit): Promise<Result<Result<LeftAnew>>> {
  const { name, options } = wanted;
  await using scratch = await session.store.tempDir("paranoid");
  const at = { store: join(scratch.path, "store"), isScratch: true as const };
  const fresh = { ...options, ...at, cache: "none", rebuild: false };
  let hasFailed = false;
  const watch: Emit = (event) => {
    hasFailed ||= event.type === "step" && event.status === "failed";
    emit(event);
  };
  const left = await withSession(fresh, watch, async ({ store, output, realise }) => {
    const derivation = output("package", name);
    if (!derivation.ok) return derivation;
    const realised = await realise(derivation.value);
    return realised.ok ? ok(leftAnew(store, realised.value)) : realised;
  });
  return left.ok || (hasFailed && left.error.code !== "interrupted") ? ok(left) : left;
}

function leftOf(store: Store, { result: { output } }: Realised): Left {
  return {
    output,
    files: readTree(store.pathOf(output)),
    unitFiles: (key) => store.records.get("unit", key)?.files,
  };
}

/** All that is to be known of what was left is read at once: the store will be gone. */
function leftAnew(store: Store, realised: Realised): LeftAnew {
  const left = leftOf(store, realised);
  using index = openIndex(store.root);
  const unitKeys = storedRecords(index).flatMap(({ kind, key }) => (kind === "unit" ? [key] : []));
  const units = new Map(unitKeys.map((key) => [key, left.unitFiles(key)]));
  return { ...left, unitKeys, unitFiles: (key) => units.get(key) };
}

/** Builds that fail are the same: what they say may name times and places. */
function isSame(one: Result<Left>, other: Result<Left>): boolean {
  return one.ok && other.ok ? one.value.output === other.value.output : one.ok === other.ok;
}

function needsSandbox(): Diagnostic {
  return diagnostic("paranoid-needs-sandbox", "`--paranoid` compares nothing without the sandbox", {
    notes: ["without it, a build sees where its store lies, and two stores give two programs"],
    help: ["why there is none: gantry doctor", "or build again with the same store: gantry build --rebuild"],
    status: 2,
  });
}

function reusedWrongly(name: string, warm: Result<Left>, empty: Result<LeftAnew>): Diagnostic {
  return diagnostic("reused-wrongly", `\`${name}\` is not what an empty store gives`, {
    notes: [
      "two empty stores give the same, so what yours has was reused where it should have been built again",
      ...differences(warm, empty, ["with your store", "with an empty store"]),
    ],
    help: [
      "this is a fault of Gantry: please report it, with what `gantry why` says",
      "for now, run every step again: gantry build --rebuild",
    ],
  });
}

function notReproducible(name: string, first: Result<Left>, second: Result<LeftAnew>): Diagnostic {
  return diagnostic("not-reproducible", `two empty stores give two results of \`${name}\``, {
    notes: [
      "nothing was reused in either, so the project itself is never built to the same bytes",
      ...differences(first, second, ["with one", "with the other"]),
    ],
    help: ["look for time, randomness or the order of a hash map in build scripts, proc macros and hooks"],
  });
}

/** Of the units that both stores have under one key, and of the output. */
function differences(
  before: Result<Left>,
  after: Result<LeftAnew>,
  [one, other]: readonly [string, string],
): readonly string[] {
  if (before.ok && after.ok) {
    return [
      ...shortened(unitDifferences(before.value, after.value)),
      ...treeDifferences(before.value.files, after.value.files).map((text) => `the output: ${text}`),
    ];
  }
  return [
    `${one}: ${before.ok ? "it succeeds" : before.error.message}`,
    `${other}: ${after.ok ? "it succeeds" : after.error.message}`,
  ];
}

/** Cargo's fingerprints differ wherever something else does. */
function unitDifferences(before: Left, after: LeftAnew): string[] {
  return after.unitKeys.flatMap((key) => {
    const [was, is] = [before.unitFiles(key), after.unitFiles(key)].map((files) =>
      files?.filter(({ path }) => !/(^|\/)\.?fingerprint\//.test(path)),
    );
    return was && is ? treeDifferences(was, is).map((text) => `a unit: ${text}`) : [];
  });
}
