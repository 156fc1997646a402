import { err, ok, type Result } from "../../base/result.ts";
import type { CacheSettings } from "../../cache/settings.ts";
import type { CacheOptions } from "../../crane/cacheOptions.ts";
import type { Emit } from "../../engine/event.ts";
import type { OthersRecords } from "../../engine/shared/othersRecords.ts";
import type { openSharedCache } from "../../engine/shared/sharedCache.ts";
import type { UploadOrder, Uploads } from "../../engine/shared/uploads.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Store } from "../../store/store.ts";
import type { GlobalOptions } from "../command.ts";

/** What a command that builds has to do with a shared cache. */
export type Sharing = {
  readonly settings: CacheSettings;
  /** Absent: there is none, and what was fetched earlier counts all the same. */
  readonly shared?: ReturnType<typeof openSharedCache>;
  /** Absent: nothing is written. */
  readonly uploads?: Uploads;
  /** To be called when nothing more is recorded. */
  readonly finish: () => Promise<void>;
};

type Opening = {
  readonly options: Pick<GlobalOptions, "cache" | "cacheReport" | "offline" | "rebuild" | "self" | "signal">;
  readonly store: Store;
  readonly others: OthersRecords;
  readonly emit: Emit;
  readonly level: Sandbox["level"];
  readonly root: string;
  /** The file that says where the cache is; undefined: there is none. */
  readonly configuration: string | undefined;
  /** What is asked for is to write, and not to build. */
  readonly isPush?: boolean | undefined;
};

/**
 * Opens the shared cache of a project; undefined where none was ever spoken of. What is needed for one is loaded only then.
 *
 * Errors: those of `cacheSettings`.
 */
export async function openSharing(
  configured: CacheOptions | undefined,
  { options, store, others, emit, level, root, configuration, isPush = false }: Opening,
): Promise<Result<Sharing | undefined>> {
  const { env } = process;
  const { cache: option, offline, signal } = options;
  const isSpokenOf = [option, configured, env.GANTRY_CACHE, env.GANTRY_CACHE_TRUSTED_KEYS];
  const tellUnasked = (why: string) => {
    if (options.cacheReport) emit({ type: "note", text: `nothing was asked of a shared cache: ${why}` });
  };
  if (isSpokenOf.every((each) => each === undefined)) {
    tellUnasked(none);
    return ok(undefined);
  }
  const { cacheSettings } = await import("../../cache/settings.ts");
  const settings = cacheSettings({ configured, root, env, option, offline, isPush });
  if (!settings.ok) return settings;
  const { writtenPassword } = await import("../../cache/secrets.ts");
  const password = configured && writtenPassword(configured, configuration);
  if (password) emit({ type: "warning", diagnostic: password });
  const { url, leftOut, trusted } = settings.value;
  others.trust(trusted.map(({ text }) => text));
  const { sharedLevel } = await import("../../cache/statement/statement.ts");
  // Where a step may have read what was not declared, its key does not say what it was made from.
  if (url === undefined || level !== sharedLevel) {
    const why = url === undefined ? (leftOut ?? none) : `nothing is shared at the level \`${level}\``;
    return ok({ settings: settings.value, finish: async () => tellUnasked(why) });
  }
  const { openSharedCache } = await import("../../engine/shared/sharedCache.ts");
  const uploads = isPush
    ? undefined
    : await uploadsOf({ ...settings.value, url }, { options, store, emit, level });
  const shared = openSharedCache({
    ...{ settings: { ...settings.value, url }, store, others, emit, signal, env },
    ...(uploads && { uploads }),
  });
  return ok({
    settings: settings.value,
    shared,
    ...(uploads && { uploads }),
    async finish() {
      await uploads?.finish();
      if (trusted.length === 0) return tellUnasked("no key is trusted");
      const report = shared.report();
      if (report) emit({ type: "shared-cache", ...report, isAsked: options.cacheReport });
      else tellUnasked("nothing was looked for that the store lacks");
    },
  });
}

/** Why nothing was asked where nobody names one. */
const none = "there is none";

async function uploadsOf(
  { url, write, access, trusted }: CacheSettings & { readonly url: string },
  { options, store, emit, level }: Pick<Opening, "options" | "store" | "emit"> & Pick<UploadOrder, "level">,
): Promise<Uploads | undefined> {
  const { self, rebuild, signal } = options;
  if ("reads" in write || !self || rebuild) return undefined;
  const { startUploads } = await import("../../engine/shared/uploads.ts");
  const { key, waits } = write;
  return startUploads({
    order: {
      ...{ url, access, level, secret: key.secret, store: store.root },
      trusted: trusted.map(({ text }) => text),
    },
    ...{ program: self, waits, store, emit, signal },
  });
}

/** What cannot be fetched elsewhere, and might have come from the shared cache, with why that was not asked, if it was not. */
export function withUnasked<T>(done: Result<T>, { settings, shared }: Partial<Sharing> = {}): Result<T> {
  if (done.ok || settings?.url === undefined || !isOfFetching.has(done.error.code)) return done;
  const why = !shared
    ? "since nothing is shared at this level of isolation"
    : settings.trusted.length === 0
      ? "since no key is trusted"
      : undefined;
  if (why === undefined) return done;
  const note = `the shared cache was not asked for it, ${why}`;
  const help = "see what it needs: gantry cache status";
  return err({ ...done.error, notes: [...done.error.notes, note], help: [...done.error.help, help] });
}

const isOfFetching: ReadonlySet<string> = new Set([
  ...[
    "download-failed",
    "fetch-failed",
    "git-failed",
    "git-unreachable",
    "native-fetch",
    "toolchain-missing",
  ],
]);
