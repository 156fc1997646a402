/** Which releases a channel's name means, and where a distribution server has their manifest. */
export type Channel = {
  /** As it was asked for, without a platform: `stable`, `1.95`, `nightly-2026-05-15`. */
  readonly name: string;
  /** The name that means the same release on each day: `1.95.0`, `nightly-2026-05-15`. */
  readonly isFixed: boolean;
  /** `stable`, `beta`, `nightly`, or a version. */
  readonly track: string;
  /** `2026-05-15`. */
  readonly date?: string;
};

/**
 * Reads the name of a channel as rustup does (rustup 1.29): `stable`, `beta`, `nightly`, each also with a date, a version
 * of two or three parts, or a beta's version; a platform may follow. Undefined for anything else, such as the name of a
 * toolchain of one's own.
 *
 * @param host the platform that may follow: another one's toolchain does not run here
 * @example
 * parseChannel("nightly-2026-05-15", host) // { name: "nightly-2026-05-15", track: "nightly", date: "2026-05-15", … }
 */
export function parseChannel(text: string, host: string): Channel | undefined {
  const name = text.endsWith(`-${host}`) ? text.slice(0, -host.length - 1) : text;
  const [, track = "", date] =
    /^(stable|beta|nightly|\d+\.\d+(?:\.\d+(?:-beta(?:\.\d+)?)?)?)(?:-(\d{4}-\d{2}-\d{2}))?$/.exec(name) ??
    [];
  if (track === "") return undefined;
  const isFixed = date !== undefined || /^\d+\.\d+\.\d+/.test(track);
  return { name, isFixed, track, ...(date !== undefined && { date }) };
}

/**
 * What of a release is not that of a channel, and what it would have to be; undefined where nothing speaks against it.
 *
 * @param of the day of the release, and what its compiler is called: `1.95.0 (59807616e 2026-04-14)`
 */
export function strangeTo(
  { track, date }: Pick<Channel, "track" | "date">,
  of: { readonly date: string; readonly release: string },
): { readonly field: "date" | "release"; readonly takes: string } | undefined {
  if (date !== undefined && of.date !== date) return { field: "date", takes: date };
  const version = of.release.replace(/ .*/, "");
  const suffix = /-(beta|nightly)/.exec(version)?.[1];
  if (!/^\d/.test(track))
    return (suffix ?? "stable") === track ? undefined : { field: "release", takes: `a ${track} release` };
  // `1.95` and `1.96.0-beta` mean the newest of their kind.
  const isOf =
    version === track || (/^\d+\.\d+(\.\d+-beta)?$/.test(track) && version.startsWith(`${track}.`));
  return isOf ? undefined : { field: "release", takes: track };
}

/** Whether the calendar has such a day, written as `2026-05-15`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The path of a channel's manifest below a distribution server's `/dist/`. */
export function manifestPath({ track, date }: Pick<Channel, "track" | "date">): string {
  return `${date === undefined ? "" : `${date}/`}channel-rust-${track}.toml`;
}
