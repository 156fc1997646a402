import { lstatSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { asDigest, type Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import {
  type BasePin,
  gantryLock,
  gantryLockOf,
  placeOfPin,
  readGantryLock,
} from "../../fetch/gantryLock.ts";
import { type BaseSystem, hasDpkg, hostPlatform } from "../../fetch/native/baseSystem.ts";
import type { Store } from "../../store/store.ts";
import type { SharedCache } from "./sharedCache.ts";

/**
 * A base system that a project pins, so that machines of all distributions build with one: the same compiler, the same libc, the
 * same keys. It is known by its digest alone, and whoever has it may bring it.
 */
export type PinnedBase = { readonly digest: Digest; readonly description: string };

/** What `gantry.lock` pins for this machine's platform. Errors: those of `readGantryLock`. */
export function pinnedBase(project: { readonly root: string }): Result<PinnedBase | undefined> {
  const pins = readGantryLock(gantryLockOf(project));
  if (!pins.ok) return pins;
  const pin: BasePin | undefined = pins.value["base-system"].get(hostPlatform());
  const digest = asDigest(pin?.digest ?? "");
  return ok(pin && digest ? { digest, description: pin.description } : undefined);
}

/** The key of its record. A platform's programs are of no use on another. */
export function basePinKey(digest: Digest): string {
  return `${hostPlatform()} ${digest}`;
}

type Providing = {
  readonly store: Store;
  readonly project: { readonly root: string };
  readonly offline: boolean;
  readonly shared?: Pick<SharedCache, "bring"> | undefined;
  /** The base system of this machine. */
  readonly ofHost: () => Promise<Result<BaseSystem>>;
};

/**
 * Has a pinned base system in the store: it is there, or this machine has just the same, or it comes from the shared cache.
 *
 * Errors: `base-system-missing`, with what was tried; `base-system-invalid`, where the digest is that of another tree;
 * `interrupted`.
 *
 * @returns where it lies
 */
export async function providePinnedBase(pinned: PinnedBase, providing: Providing): Promise<Result<string>> {
  const { store, shared, ofHost } = providing;
  const { digest } = pinned;
  const there = store.keptTree(digest);
  if (there !== undefined) return checked(there, pinned, providing);
  const own = hasDpkg("") ? await ofHost() : undefined;
  if (own?.ok === false && own.error.code === "interrupted") return own;
  const key = basePinKey(digest);
  if (own?.ok && own.value.kind === "closure" && own.value.digest === digest) {
    const placed = await own.value.place();
    // So that a machine that writes to the shared cache has it there.
    if (placed.ok) store.records.set("base-system", key, digest);
    return placed;
  }
  await shared?.bring([{ kind: "base-system", key }]);
  const brought = store.keptTree(digest);
  if (brought !== undefined) return checked(brought, pinned, providing);
  return err(missing(pinned, own, providing));
}

/** What each base system has, and hardly another tree: the C compiler, by its usual name. */
const ofEach = "bin/cc";

function checked(place: string, { digest }: PinnedBase, { project }: Providing): Result<string> {
  if (lstatSync(`${place}/${ofEach}`, { throwIfNoEntry: false })) return ok(place);
  const at = placeOfPin(gantryLockOf(project), "base-system", { name: hostPlatform(), field: "digest" });
  return err(
    diagnostic("base-system-invalid", `what \`${gantryLock}\` pins is no base system`, {
      place: at && { ...at, label: `a tree without \`${ofEach}\`` },
      notes: [
        `the store has the tree ${digest.slice(0, 12)}, and in it no C compiler, as each base system has at \`${ofEach}\``,
      ],
      help: [
        "restore the entry from version control",
        "or pin the base system of this machine: gantry cache push --base-system",
      ],
    }),
  );
}

function missing(
  { digest, description }: PinnedBase,
  own: Result<BaseSystem> | undefined,
  { project, offline, shared }: Providing,
): Diagnostic {
  const platform = hostPlatform();
  const place = placeOfPin(gantryLockOf(project), "base-system", { name: platform, field: "digest" });
  const has = own?.ok
    ? `this machine has another one: ${own.value.description}`
    : "this machine has none of its own";
  const whence = shared
    ? {
        note: "the shared cache does not have it, or not from anybody who is trusted here",
        help: ["see whether it answers, and who is trusted: gantry cache status"],
      }
    : offline
      ? {
          note: "`--offline` was given",
          help: ["run once without --offline: it comes from the shared cache"],
        }
      : {
          note: "no shared cache is asked, which could have it",
          help: ["name the one that it was sent to: GANTRY_CACHE, or `cache` in the configuration"],
        };
  return diagnostic("base-system-missing", `the base system that \`${gantryLock}\` pins cannot be had`, {
    place: place && { ...place, label: description },
    notes: [`it is neither in the store nor on this machine; ${has}`, whence.note],
    help: [
      ...whence.help,
      `send it from a machine that has it, ${digest.slice(0, 12)}: gantry cache push --base-system`,
      `or build with what each machine has: delete the entry \`[base-system.${JSON.stringify(platform)}]\``,
    ],
  });
}
