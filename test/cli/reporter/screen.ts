/**
 * What a terminal would show after these bytes: line feeds, carriage returns, cursor up, and erasing below.
 */
export function screen(bytes: string, columns: number): string {
  const rows: string[] = [""];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is interpreted
  for (const [, code, kind, character] of bytes.matchAll(/\x1b\[([0-9;?]*)([A-Za-z])|([\s\S])/g)) {
    if (kind === "A") row = Math.max(0, row - Number(code || 1));
    else if (kind === "J") rows.splice(row, rows.length, (rows[row] ?? "").slice(0, column));
    else if (kind !== undefined) continue;
    else if (character === "\r") column = 0;
    else if (character === "\n") {
      row += 1;
      column = 0;
      rows[row] ??= "";
    } else {
      if (column === columns) {
        row += 1;
        column = 0;
      }
      const line = (rows[row] ?? "").padEnd(column);
      rows[row] = line.slice(0, column) + character + line.slice(column + 1);
      column += 1;
    }
  }
  return rows.join("\n");
}
