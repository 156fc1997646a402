const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes for people, in powers of 1024 as Cargo has them: `512 B`, `1.5 MiB`, `20.0 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/**
 * Bytes from a size as people write it, in the words of GNU coreutils: `500M`, `20G` and `20GiB` are powers of 1024, `20GB` of
 * 1000. Undefined where the text is no size.
 */
export function parseSize(text: string): number | undefined {
  const [, number, letter = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const base = /^b$/i.test(unit) && letter !== "" ? 1000 : 1024;
  return Math.round(Number(number) * base ** ["", "k", "m", "g", "t"].indexOf(letter.toLowerCase()));
}

const hour = 3600;
const ages: Readonly<Record<string, number>> = {
  h: hour,
  hour: hour,
  d: 24 * hour,
  day: 24 * hour,
  w: 7 * 24 * hour,
  week: 7 * 24 * hour,
  month: 30 * 24 * hour,
  year: 365 * 24 * hour,
};

/** Seconds from an age as people write it: `30d`, `12h`, `2 weeks`, `1 month`. Undefined where the text is none. */
export function parseAge(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
  const seconds = ages[unit.toLowerCase()] ?? ages[unit.toLowerCase().replace(/s$/, "")];
  return number === undefined || seconds === undefined ? undefined : Math.round(Number(number) * seconds);
}

/** Seconds as Cargo prints them: `0.31s`, `12.1s`, `2m 03s`, `1h 02m`. */
export function duration(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** Rows of text as columns two spaces apart, without spaces at the ends of lines. */
export function formatColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `1 tree`, `2 trees`, `1,234 trees`. */
export function formatCount(count: number, thing: string, things = `${thing}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? thing : things}`;
}

/** A text with more lines at its end, which end as its own do. */
export function withLines(text: string, lines: readonly string[]): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const open = text === "" || text.endsWith("\n") ? "" : end;
  return `${text}${open}${lines.map((line) => line + end).join("")}`;
}
