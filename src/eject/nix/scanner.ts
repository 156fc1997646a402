import type { Expression } from "./expression.ts";

/** What is no Nix. */
export class SyntaxProblem extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const keywords: ReadonlySet<string> = new Set("assert else if in inherit let or rec then with".split(" "));
export const identifier = /[A-Za-z_][\w'-]*/y;

/** Reads words and texts, from where it stands on. */
export abstract class Scanner {
  protected at = 0;
  protected readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  abstract expression(): Expression;

  protected fail(message: string): never {
    throw new SyntaxProblem(message, this.at);
  }

  protected skip(): void {
    const blank = /(?:\s+|#[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.at;
    this.at += blank.exec(this.text)?.[0].length ?? 0;
  }

  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }

  protected take(word: string): boolean {
    this.skip();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  protected need(word: string): void {
    if (!this.take(word)) this.fail(`\`${word}\` was expected`);
  }

  protected keyword(word: string): boolean {
    this.skip();
    if (this.match(identifier) !== word) return false;
    this.at += word.length;
    return true;
  }

  protected name(): string | undefined {
    this.skip();
    const found = this.match(identifier);
    if (found === undefined || keywords.has(found)) return undefined;
    this.at += found.length;
    return found;
  }

  protected anyWord(): string {
    const word = this.match(identifier);
    if (word === undefined) this.fail("a name was expected");
    this.at += word.length;
    return word;
  }

  protected interpolation(parts: (string | Expression)[]): void {
    this.at += 2;
    parts.push(this.expression());
    this.need("}");
  }

  protected quoted(): (string | Expression)[] {
    this.at++;
    const parts: (string | Expression)[] = [];
    for (let text = ""; ; ) {
      const char = this.text[this.at];
      if (char === undefined) this.fail("a text does not end");
      if (char === '"' || this.text.startsWith("${", this.at)) {
        if (text !== "") parts.push(text);
        text = "";
        if (char !== '"') {
          this.interpolation(parts);
          continue;
        }
        this.at++;
        return parts;
      }
      if (char === "\\") {
        const next = this.text[this.at + 1] ?? "";
        text += escapes[next] ?? next;
        this.at += 2;
      } else {
        // All line ends are `\n` here, and stay as they are in `''…''` (Nix 2.34).
        const plain = this.match(/\$\$|\r\n?/y) ?? char;
        text += plain.startsWith("\r") ? "\n" : plain;
        this.at += plain.length;
      }
    }
  }

  /** `''…''`: without what all its lines begin with, and without a first line of blanks. */
  protected indented(): (string | Expression)[] {
    this.at += 2;
    // Of what is escaped nothing is indentation.
    const parts: (Raw | Expression)[] = [];
    const add = (text: string, isEscaped = false): void => {
      const last = parts.at(-1);
      const isSame = last && isRaw(last) && !last.isEscaped && !isEscaped;
      if (isSame) parts[parts.length - 1] = { text: last.text + text, isEscaped };
      else parts.push({ text, isEscaped });
    };
    for (;;) {
      if (this.at >= this.text.length) this.fail("a text does not end");
      const rest = this.text.slice(this.at, this.at + 4);
      if (rest.startsWith("'''")) {
        add("''", true);
        this.at += 3;
      } else if (rest.startsWith("''$")) {
        add("$", true);
        this.at += 3;
      } else if (rest.startsWith("''\\")) {
        add(escapes[rest[3] ?? ""] ?? rest[3] ?? "", true);
        this.at += 4;
      } else if (rest.startsWith("''")) {
        this.at += 2;
        return dedented(parts);
      } else if (rest.startsWith("${")) {
        this.at += 2;
        parts.push(this.expression());
        this.need("}");
      } else {
        const isDollars = rest.startsWith("$$");
        const plain = isDollars ? "$$" : (this.match(/[^'$]+/y) ?? rest.slice(0, 1));
        add(plain);
        this.at += plain.length;
      }
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

type Raw = { readonly text: string; readonly isEscaped: boolean };

function isRaw(part: Raw | Expression): part is Raw {
  return "isEscaped" in part;
}

function dedented(parts: readonly (Raw | Expression)[]): (string | Expression)[] {
  const marked = parts.map((part) => (isRaw(part) && !part.isEscaped ? part.text : "\u0000")).join("");
  const lines = marked.split("\n");
  const filled = lines.filter((line) => /[^ ]/.test(line));
  const indent = Math.min(...filled.map((line) => /^ */.exec(line)?.[0].length ?? 0));
  const out: (string | Expression)[] = [];
  let isStart = true;
  let isFirst = true;
  parts.forEach((part, index) => {
    if (!isRaw(part)) {
      out.push(part);
      isStart = false;
      isFirst = false;
      return;
    }
    let text = part.text;
    if (!part.isEscaped) {
      // Where there is nothing but blanks, all of them go.
      const most = Number.isFinite(indent) ? new RegExp(`^ {0,${indent}}`) : /^ +/;
      text = text
        .split("\n")
        .map((line, at) => (at > 0 || isStart ? line.replace(most, "") : line))
        .join("\n");
      if (isFirst && /^ *\n/.test(part.text)) text = text.replace(/^ *\n/, "");
      isStart = /\n *$/.test(part.text) || (isStart && /^ *$/.test(part.text));
      if (index === parts.length - 1) text = text.replace(/\n +$/, "\n");
    } else isStart = text.endsWith("\n");
    isFirst = false;
    const last = out.at(-1);
    if (typeof last === "string") out[out.length - 1] = last + text;
    else if (text !== "") out.push(text);
  });
  return out;
}
