/**
 * What a terminal would show after these bytes: line feeds, carriage returns, cursor up, and erasing a line. Erasing below is no way to
 * clear the region: from the screen's top on, tmux scrolls away what it erases.
 */
export function screen(bytes: string, columns: number): string {
  const rows: string[] = [""];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is interpreted
  for (const [, code, kind, character] of bytes.matchAll(/\x1b\[([0-9;?]*)([A-Za-z])|([\s\S])/g)) {
    if (kind === "A") row = Math.max(0, row - Number(code || 1));
    else if (kind === "K" && code === "2") rows[row] = "";
    else if (kind === "J") throw new Error("it erases below");
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
  return rows.slice(0, rows.findLastIndex((text, at) => at <= row || text !== "") + 1).join("\n");
}
