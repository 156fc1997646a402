const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes for people, in powers of 1024 as Cargo has them: `512 B`, `1.5 MiB`, `20.0 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
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
export function formatCount(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;
}

/** A text with more lines at its end, which end as its own do. */
export function withLines(text: string, lines: readonly string[]): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const open = text === "" || text.endsWith("\n") ? "" : end;
  return `${text}${open}${lines.map((line) => line + end).join("")}`;
}
