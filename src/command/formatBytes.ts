const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes for people, in powers of 1024 as Cargo has them: `512 B`, `1.5 MiB`, `20.0 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}
