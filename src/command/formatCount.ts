/** `1 tree`, `2 trees`, `1,234 trees`. */
export function formatCount(count: number, thing: string): string {
  return `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;
}
