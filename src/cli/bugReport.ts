import { paint as painter } from "./reporter/paint.ts";
import { version } from "./version.ts";

/** What is said of an exception: only bugs throw. */
export function bugReport(error: unknown, colors: boolean): string {
  const paint = painter(colors);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const summary = stack.split("\n")[0] ?? "";
  const remark = (kind: string, text: string): string =>
    `  ${paint.gutter("=")} ${paint.strong(`${kind}:`)} ${text}`;
  return [
    stack,
    "",
    `${paint.error("error[bug]")}${paint.strong(`: ${summary}`)}`,
    remark("note", `gantry ${version}, node ${process.version}, ${process.platform} ${process.arch}`),
    remark("note", "this is a bug in Gantry and not in the project; the store is whole"),
    remark("help", "please report it, with the lines above and the command line"),
    "",
  ].join("\n");
}
