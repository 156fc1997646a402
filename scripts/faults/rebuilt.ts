import { type Ended, type Place, run } from "./rig.ts";

/** The tree that a build came to, in what it printed. */
export function outputOf({ out }: Pick<Ended, "out">): string {
  return /trees\/([0-9a-f]{64})/.exec(out)?.[1] ?? "none";
}

type Expected = {
  /** What has to come out. */
  readonly whole: string;
  /** The packages that were not compiled before. */
  readonly mayCompile: readonly string[];
};

/** Builds to the end, and tells what came out otherwise, was compiled although it was there before, or was said of the shared cache. */
export async function rebuilt(
  words: readonly string[],
  place: Place,
  { whole, mayCompile }: Expected,
): Promise<string[]> {
  const built = await run(words, place);
  if (built.status !== 0) return [`build: ${built.status}\n${built.out}${built.err}`];
  const lost = compiledIn(built.out).filter((each) => !mayCompile.includes(each));
  const told = built.out.split("\n").filter((line) => line.includes('"code":"cache-'));
  return [
    ...(outputOf(built) === whole ? [] : ["another output"]),
    ...lost.map((each) => `${each} was compiled again`),
    ...told,
  ];
}

/** The packages of which something was compiled. */
function compiledIn(text: string): string[] {
  const events = text
    .split("\n")
    .filter((line) => line.startsWith('{"type":"unit"'))
    .map((line): { status?: unknown; package?: unknown } => JSON.parse(line));
  return [
    ...new Set(events.filter(({ status }) => status === "compiled").map((each) => String(each.package))),
  ];
}
