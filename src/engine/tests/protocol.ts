/** What a test program is started with, as `testRunner/run.rs` tells it before it starts one. */
export type AskedTest = {
  readonly cwd: string;
  /** Both of its streams lead to one place. */
  readonly isMerged: boolean;
  /** The program's path and its arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The paths of what lies where tests leave things for a while, see `scratchPlaces`; and `port 8080` where somebody listens. */
  readonly there: ReadonlySet<string>;
};

/** How a test program ended. */
export type EndedTest = {
  readonly passed: boolean;
  /** It printed more than is kept. */
  readonly isLong: boolean;
  /** Something that it started was still there. */
  readonly outlived: boolean;
  readonly output: Buffer;
};

/** One message: a letter, and what comes with it. */
export type Message = { readonly letter: string; readonly text: Buffer };

/**
 * Takes the messages apart of which the bytes of a connection consist: a letter, the length of what comes with it, a line
 * break, and that. The runner sends
 *
 * - `a`: directory, 1 or 2 for how many streams there are; and lists, each after its length: arguments, variables, what is
 *   there. Each ends with a zero byte
 * - `e`: `exit 0`, `signal 11` or `long`, and `outlived` or nothing, each with a zero byte at its end; what was printed, in
 *   pieces: the number of the stream, the length, a line break, and that
 *
 * and gets
 *
 * - `r`: run it as the task of this name
 * - `k`: print this, in pieces as above, and end well
 *
 * @param giveUp called for what is too long to be the runner's: anybody in the sandbox can write there
 */
export function messageReader(use: (message: Message) => void, giveUp: () => void): (bytes: Buffer) => void {
  let parts: Buffer[] = [];
  /** Of the parts together, and how much there has to be before they are looked at. */
  let [length, wanted] = [0, 0];
  return (bytes) => {
    parts.push(bytes);
    length += bytes.length;
    if (length > longest) return giveUp();
    while (length >= wanted) {
      const rest = Buffer.concat(parts);
      const lineEnd = rest.indexOf("\n");
      const head = rest.toString("latin1", 0, Math.max(lineEnd, 0));
      const end = lineEnd + 1 + Number(head.slice(1));
      wanted = lineEnd === -1 ? length + 1 : end;
      if (!(length >= wanted)) return;
      parts = [rest.subarray(end)];
      [length, wanted] = [length - end, 0];
      use({ letter: head.slice(0, 1), text: rest.subarray(lineEnd + 1, end) });
      if (length === 0) return;
    }
  };
}

/** In bytes. What a test printed is a megabyte at most, and Linux starts no program with more than six. */
const longest = 8 * 1024 * 1024;

export function message(letter: "r" | "k", text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${letter}${bytes.length}\n`), bytes]);
}

/** A text that is printed on standard output before what was printed earlier. */
export function printedFirst(line: string, output: Buffer): Buffer {
  const bytes = Buffer.from(`${line}\n`);
  return Buffer.concat([Buffer.from(`1${bytes.length}\n`), bytes, output]);
}

/** Undefined for what is none of the runner's, or not in UTF-8: of such a test nothing is kept. */
export function parseAsked(text: Buffer): AskedTest | undefined {
  const fields = text.toString("utf8").split("\0");
  if (!Buffer.from(fields.join("\0")).equals(text)) return undefined;
  let at = 0;
  const next = () => fields[at++] ?? "";
  const list = () => Array.from({ length: Number(next()) || 0 }, next);
  const [cwd, streams, argv, variables, there] = [next(), next(), list(), list(), list()];
  if (argv[0] === undefined || at !== fields.length - 1) return undefined;
  const env = variables.map((word) => {
    const equals = word.indexOf("=", 1);
    return [word.slice(0, equals), word.slice(equals + 1)] as const;
  });
  return { cwd, isMerged: streams === "1", argv, env: Object.fromEntries(env), there: new Set(there) };
}

export function parseEnded(text: Buffer): EndedTest {
  const first = text.indexOf(0);
  const second = text.indexOf(0, first + 1);
  const end = text.toString("latin1", 0, first);
  return {
    passed: end === "exit 0" || end === "long",
    isLong: end === "long",
    outlived: second > first + 1,
    output: text.subarray(second + 1),
  };
}
