import { resolve } from "node:path";
import { type Diagnostic, diagnostic, placeAt } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import { cratesIoText } from "../../cargo/sourceId.ts";
import type { Cooldown, ScriptPolicy, Vendor } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { type LockedCrate, registryName, selectCrates } from "../../fetch/lockedPackage.ts";
import { publishTimes } from "../../fetch/registry/publishTimes.ts";
import { crateScripts } from "../../fetch/scripts/crateScripts.ts";
import { type Ledger, type LedgerEntry, readLedger } from "../../fetch/scripts/scriptLedger.ts";
import type { VendoredCrate } from "../../fetch/vendor/vendorTrees.ts";
import { lockText, packagesOfLock } from "./lock.ts";
import { type InputContext, type OutputOf, type ResolvedInput, resolveFiles } from "./resolvedInput.ts";
import { vendoredCrates } from "./vendor.ts";

// Inputs that are all there is to a step: they may be refused.

/**
 * Whether all crates of a lock are old enough today: if so, the list of them.
 *
 * Errors: `crate-too-young`; those of `packagesOfLock`, `selectCrates` and `publishTimes`.
 */
export async function resolveCooldown(
  context: InputContext,
  cooldown: Cooldown,
): Promise<Result<ResolvedInput>> {
  const { store, project, env, offline, signal, emit } = context;
  const file = lockFileOf(cooldown.of);
  const packages = packagesOfLock(context, file);
  if (!packages.ok) return packages;
  const crates = selectCrates(packages.value);
  if (!crates.ok) return crates;
  const times = await publishTimes(crates.value, store, { workspaceDir: project.root, env, offline, signal });
  if (!times.ok) return times;
  const now = Date.now();
  const dated = crates.value.flatMap((crate) => {
    const time = times.value.get(crate);
    return time ? [{ ...crate, at: Date.parse(time) }] : [];
  });
  const young = dated.filter(({ at }) => now - at < cooldown.days * day);
  const refused = young.filter((crate) => !cooldown.allow.includes(crateId(crate)));
  if (refused.length > 0) {
    const lock = lockText(context, file);
    return lock.ok ? err(tooYoung(refused, { now, days: cooldown.days, lock: lock.value })) : lock;
  }
  const needless = cooldown.allow.filter((id) => !young.some((crate) => crateId(crate) === id));
  if (needless.length > 0) emit({ type: "note", text: allowedInVain(needless) });
  const undated = crates.value.filter((crate) => times.value.get(crate) === null);
  if (undated.length > 0) emit({ type: "warning", diagnostic: noTimes(undated) });
  return resolveFiles(context, { crates: `${crates.value.map(crateId).join("\n")}\n` });
}

const day = 86_400_000;

type Dated = LockedCrate & { readonly at: number };

function crateId({ name, version }: LockedCrate): string {
  return `${name}@${version}`;
}

type Refusal = {
  readonly now: number;
  readonly days: number;
  readonly lock: { readonly file: string; readonly text: string };
};

function tooYoung(crates: readonly Dated[], { now, days, lock }: Refusal): Diagnostic {
  const [first] = crates;
  const at = first ? lock.text.indexOf(`name = "${first.name}"\nversion = "${first.version}"`) : -1;
  const subject = crates.length === 1 ? "1 crate is" : `${crates.length} crates are`;
  const allowed = crates.map((crate) => JSON.stringify(crateId(crate))).join(", ");
  return diagnostic("crate-too-young", `${subject} younger than ${inDays(days)}`, {
    ...(at !== -1 && {
      place: placeAt(lock.file, lock.text, at, `name = "${first?.name}"`.length),
    }),
    notes: crates.map((crate) => {
      const age = Math.floor((now - crate.at) / day);
      const when = `\`${crate.name}\` ${crate.version} was published ${dayOf(crate.at)}, ${inDays(age)} ago`;
      return `${when}: old enough on ${dayOf(crate.at + days * day)}`;
    }),
    help: [
      `take an older one: cargo update --precise VERSION ${first?.name}`,
      `or, if somebody has looked at it: allow: [${allowed}]`,
    ],
  });
}

function inDays(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function allowedInVain(ids: readonly string[]): string {
  const what = ids.map((id) => `\`${id}\``).join(", ");
  return `\`cooldown\` need not allow ${what} any more: old enough, or not in the lock`;
}

function noTimes(crates: readonly LockedCrate[]): Diagnostic {
  const registries = [...new Set(crates.map(({ source }) => registryName(source)))];
  const subject = crates.length === 1 ? "1 crate" : `${crates.length} crates`;
  return diagnostic("publish-time-untold", `nobody tells how old ${subject} of the lock are`, {
    notes: [
      `the index of ${registries.join(", ")} has no publish times for them`,
      "as Cargo's own `min-publish-age` does, the check takes them for old enough",
    ],
  });
}

/**
 * Whether a ledger has all build scripts and macros of the crates as they are: if so, the list of them.
 *
 * Errors: `script-unaccepted`; those of `scriptsOfPolicy`.
 */
export async function resolveScriptPolicy(
  context: InputContext,
  policy: ScriptPolicy,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const found = await scriptsOfPolicy(context, policy, outputOf);
  if (!found.ok) return found;
  const { scripts, ledger } = found.value;
  const open = scripts.filter(({ state }) => state !== "accepted");
  if (open.length > 0) return err(unaccepted(open, { ledger, policy }));
  const lines = scripts.map(({ id, entry }) => `${id} ${entry.kind} ${entry.checksum}`);
  return resolveFiles(context, { scripts: `${lines.join("\n")}\n` });
}

/** A crate of the lock with a build script or a macro, and what the ledger has of it. */
export type FoundScript = {
  /** As the ledger calls it. */
  readonly id: string;
  readonly name: string;
  /** Of the tree that its files are. */
  readonly digest: Digest;
  /** As it would be entered: with what the ledger has of what it, or the version before it, did. */
  readonly entry: LedgerEntry;
  /** `changed`: another content stands there under the same name and version. */
  readonly state: "accepted" | "new" | "changed";
  /** Where its files lie. */
  readonly directory: string;
};

/**
 * All build scripts and macros of a policy's crates, in the lock's order, and what its ledger has. Nothing of them runs.
 *
 * Errors: those of `vendoredCrates`, `crateScripts` and `readLedger`.
 */
export async function scriptsOfPolicy(
  context: InputContext,
  { of, ledger: file }: ScriptPolicy,
  outputOf: OutputOf,
): Promise<Result<{ readonly scripts: readonly FoundScript[]; readonly ledger: Ledger }>> {
  const { store, project } = context;
  const ledger = readLedger(resolve(project.root, file), project.root);
  if (!ledger.ok) return ledger;
  const crates = await vendoredCrates(context, of, outputOf);
  if (!crates.ok) return crates;
  const scripts: FoundScript[] = [];
  for (const crate of crates.value) {
    const directory = store.pathOf(crate.digest);
    let found = store.records.get("crate-scripts", crate.digest);
    if (found === undefined) {
      const read = crateScripts(directory);
      if (!read.ok) return read;
      found = read.value;
      store.records.set("crate-scripts", crate.digest, found);
    }
    if (found === null) continue;
    const { kind, code, shows, files } = found;
    const checksum = crate.checksum === undefined || isChanged(crate, of) ? files : crate.checksum;
    const id = idOf(crate);
    const known = ledger.value.get(id);
    const state = known === undefined ? "new" : known.checksum === checksum ? "accepted" : "changed";
    const observed = (known ?? lastOf(crate.name, ledger.value))?.observed ?? [];
    const entry = { kind, checksum, code, shows, observed };
    scripts.push({ id, name: crate.name, digest: crate.digest, entry, state, directory });
  }
  return ok({ scripts, ledger: ledger.value });
}

function versionsOf(name: string, ledger: Ledger): [id: string, entry: LedgerEntry][] {
  return [...ledger].filter(([id]) => id.startsWith(`${name}@`));
}

/** A new version that does what the last one did is to be looked at, and does nothing new. */
function lastOf(name: string, ledger: Ledger): LedgerEntry | undefined {
  return versionsOf(name, ledger).at(-1)?.[1];
}

/** Whether an override may have put another tree in a crate's place. */
function isChanged({ name, version, source }: VendoredCrate, { changes = [], directory }: Vendor): boolean {
  if (directory !== undefined) return true;
  return changes.some(
    (change) =>
      change.source === source &&
      (change.kind === "checkout" || (change.name === name && change.version === version)),
  );
}

function idOf({ name, version, source }: VendoredCrate): string {
  return `${name}@${version}${source === cratesIoText ? "" : ` ${redact(source)}`}`;
}

type Against = { readonly ledger: Ledger; readonly policy: ScriptPolicy };

function unaccepted(open: readonly FoundScript[], { ledger, policy }: Against): Diagnostic {
  const shown = open.slice(0, 8);
  const subject = open.length === 1 ? "1 crate runs" : `${open.length} crates run`;
  const [first] = open;
  const names = open.length === 1 && first ? JSON.stringify(first.id).slice(1, -1) : "--all";
  return diagnostic(
    "script-unaccepted",
    `${subject} code while the project is compiled, and \`${policy.ledger}\` does not have ${open.length === 1 ? "it" : "them"}`,
    {
      notes: [
        ...shown.map((script) => `\`${script.id}\`: ${describeScript(script, ledger)}`),
        ...(open.length > shown.length ? [`and ${open.length - shown.length} more: gantry policy`] : []),
        "this command ran nothing of them",
      ],
      help: [
        ...(first ? [`look at it: ${first.directory}`] : []),
        `enter what you have looked at: gantry policy --accept ${/\s/.test(names) ? `'${names}'` : names}`,
      ],
    },
  );
}

/**
 * What is to be known of a script that is not entered: how it differs from what the ledger has of the crate's other versions.
 */
export function describeScript({ id, name, entry, state }: FoundScript, ledger: Ledger): string {
  const others = versionsOf(name, ledger);
  const same = others.find(([, { code }]) => code === entry.code);
  const shows =
    entry.shows.length > 0 ? `it ${entry.shows.join(", ")}` : "its code shows nothing in particular";
  if (state === "accepted") return `${entry.kind}; ${shows}`;
  if (same)
    return `${entry.kind}, the same code as ${same[0] === id ? "was entered, in other files" : same[0]}`;
  const [last] = others.slice(-1);
  if (!last) return `${entry.kind}, new: ${shows}`;
  const more = entry.shows.filter((each) => !last[1].shows.includes(each));
  const since = last[0] === id ? "other code than was entered" : `other code than ${last[0]}`;
  return `${entry.kind}, ${since}; ${more.length > 0 ? `new in it: it ${more.join(", ")}` : shows}`;
}
