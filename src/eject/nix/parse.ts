import { type Diagnostic, diagnostic, placeAt } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { AttributePath, Bound, Expression, Parameter } from "./expression.ts";
import { identifier, Scanner, SyntaxProblem } from "./scanner.ts";

/**
 * Reads a file of the Nix language (Nix manual 2.34, "Language").
 *
 * Errors: `nix-syntax`, with its place.
 *
 * @param file its name in diagnostics
 */
export function parseNix(file: string, text: string): Result<Expression> {
  const parser = new Parser(text);
  try {
    const whole = parser.expression();
    parser.end();
    return ok(whole);
  } catch (thrown) {
    if (thrown instanceof SyntaxProblem) return err(syntaxDiagnostic(file, text, thrown));
    // What the machine's stack does not hold.
    if (!(thrown instanceof RangeError)) throw thrown;
    return err(syntaxDiagnostic(file, text, new SyntaxProblem("it is nested too deeply", 0)));
  }
}

function syntaxDiagnostic(file: string, text: string, { message, at }: SyntaxProblem): Diagnostic {
  return diagnostic("nix-syntax", `\`${file}\` cannot be read: ${message}`, {
    place: placeAt(file, text, Math.min(at, text.length)),
    help: ["nix-instantiate --parse tells whether Nix reads it"],
    status: 2,
  });
}

/** From those that bind loosest. Each side binds tighter, but on the side where the operator associates. */
const operators: readonly { readonly words: readonly string[]; readonly isRight?: true }[] = [
  { words: ["<|"], isRight: true },
  { words: ["|>"] },
  { words: ["->"], isRight: true },
  { words: ["||"] },
  { words: ["&&"] },
  { words: ["==", "!="] },
  { words: ["<=", ">=", "<", ">"] },
  { words: ["//"], isRight: true },
  { words: ["!"] },
  { words: ["+", "-"] },
  { words: ["*", "/"] },
  { words: ["++"], isRight: true },
];

const path = /(?:\.{1,2}|~|[\w.+-]*)(?:\/[\w.+-]+)+\/?|\.{1,2}\/(?=\$\{)/y;
const searchPath = /<[\w.+-]+(?:\/[\w.+-]+)*>/y;
const number = /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+/y;

class Parser extends Scanner {
  end(): void {
    this.skip();
    if (this.at < this.text.length) this.fail("nothing more was expected");
  }

  expression(): Expression {
    this.skip();
    const at = this.at;
    if (this.keyword("let")) {
      const bindings = this.bindings("in");
      return { kind: "let", at, bindings, body: this.expression() };
    }
    if (this.keyword("with")) {
      const scope = this.expression();
      this.need(";");
      return { kind: "with", at, scope, body: this.expression() };
    }
    if (this.keyword("assert")) {
      const condition = this.expression();
      this.need(";");
      return { kind: "assert", at, condition, body: this.expression() };
    }
    if (this.keyword("if")) {
      const condition = this.expression();
      if (!this.keyword("then")) this.fail("`then` was expected");
      const yes = this.expression();
      if (!this.keyword("else")) this.fail("`else` was expected");
      return { kind: "if", at, condition, yes, no: this.expression() };
    }
    const parameter = this.parameter();
    return parameter ? { kind: "function", at, parameter, body: this.expression() } : this.operation(0);
  }

  /** Undefined, and nothing is taken, where no function begins. */
  private parameter(): Parameter | undefined {
    const start = this.at;
    const name = this.name();
    if (name !== undefined) {
      this.skip();
      if (this.text[this.at] === ":" && /\s|[^/\w]/.test(this.text[this.at + 1] ?? " ")) {
        this.at++;
        return { kind: "name", name };
      }
      if (this.text[this.at] === "@") {
        this.at++;
        const fields = this.fields();
        if (fields && this.take(":")) return { kind: "fields", ...fields, whole: name };
      }
      this.at = start;
      return undefined;
    }
    const fields = this.fields();
    if (fields) {
      const whole = this.take("@") ? this.name() : undefined;
      if (this.take(":")) return { kind: "fields", ...fields, ...(whole !== undefined && { whole }) };
    }
    this.at = start;
    return undefined;
  }

  private fields(): Pick<Parameter & { readonly kind: "fields" }, "fields" | "isOpen"> | undefined {
    if (!this.take("{")) return undefined;
    const fields: { name: string; fallback?: Expression }[] = [];
    let isOpen = false;
    while (!this.take("}")) {
      if (this.take("...")) {
        isOpen = true;
        if (!this.take(",") && !this.take("}")) return undefined;
        if (this.text[this.at - 1] === "}") break;
        continue;
      }
      const name = this.name();
      if (name === undefined) return undefined;
      const fallback = this.take("?") ? this.expression() : undefined;
      fields.push({ name, ...(fallback && { fallback }) });
      if (this.take(",")) continue;
      this.skip();
      if (this.text[this.at] !== "}") return undefined;
    }
    return { fields, isOpen };
  }

  private operation(level: number): Expression {
    const group = operators[level];
    if (!group) return this.negation();
    this.skip();
    const at = this.at;
    if (group.words[0] === "!") {
      if (this.text[this.at] !== "!" || this.text[this.at + 1] === "=") return this.operation(level + 1);
      this.at++;
      return { kind: "unary", at, operator: "!", of: this.operation(level) };
    }
    let left = this.operation(level + 1);
    for (;;) {
      const operator = this.operator(group.words);
      if (operator === undefined) return left;
      const right = group.isRight ? this.operation(level) : this.operation(level + 1);
      left = { kind: "operation", at, operator, left, right };
      if (group.isRight) return left;
    }
  }

  private operator(words: readonly string[]): string | undefined {
    this.skip();
    const longer: Readonly<Record<string, string>> = {
      "+": "++",
      "/": "//",
      "-": "->",
      "<": "<|",
      "|": "||",
    };
    const found = words.find((word) => {
      const more = longer[word];
      return (
        this.text.startsWith(word, this.at) && !(more !== undefined && this.text.startsWith(more, this.at))
      );
    });
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private negation(): Expression {
    this.skip();
    const at = this.at;
    if (this.text[at] === "-" && this.text[at + 1] !== ">") {
      this.at++;
      return { kind: "unary", at, operator: "-", of: this.negation() };
    }
    const of = this.call();
    if (!this.take("?")) return of;
    return { kind: "has", at, of, path: this.attributePath() };
  }

  private call(): Expression {
    this.skip();
    const at = this.at;
    let of = this.selected();
    if (!of) this.fail("an expression was expected");
    for (;;) {
      const argument = this.selected();
      if (!argument) return of;
      of = { kind: "call", at, of, argument };
    }
  }

  private selected(): Expression | undefined {
    this.skip();
    const at = this.at;
    const of = this.simple();
    if (!of) return undefined;
    this.skip();
    if (this.text[this.at] !== "." || this.match(path) !== undefined) return of;
    this.at++;
    const names = this.attributePath();
    if (!this.keyword("or")) return { kind: "select", at, of, path: names };
    const or = this.selected();
    if (!or) this.fail("an expression was expected");
    return { kind: "select", at, of, path: names, or };
  }

  private attributePath(): AttributePath {
    const names: (string | Expression)[] = [];
    do {
      this.skip();
      const word = this.match(identifier);
      if (word !== undefined) {
        this.at += word.length;
        names.push(word);
      } else if (this.text[this.at] === '"') names.push(this.attributeText());
      else if (this.take("${")) {
        names.push(this.expression());
        this.need("}");
      } else this.fail("the name of an attribute was expected");
      this.skip();
    } while (this.text[this.at] === "." && this.match(path) === undefined && this.take("."));
    return names;
  }

  private attributeText(): string | Expression {
    const at = this.at;
    const parts = this.quoted();
    const [only = "", second] = parts;
    return second === undefined && typeof only === "string" ? only : { kind: "text", at, parts };
  }

  private simple(): Expression | undefined {
    const at = this.at;
    const char = this.text[at];
    if (char === undefined) return undefined;
    if (char === '"') return { kind: "text", at, parts: this.quoted() };
    if (this.text.startsWith("''", at)) return { kind: "text", at, parts: this.indented() };
    const found = this.match(path) ?? this.match(searchPath);
    if (found !== undefined && !/^\d+\/\d/.test(found)) return this.path(found);
    const uri = this.match(/[A-Za-z][\w+.-]*:[\w%/?:@&=+$,.!~*'-]+/y);
    if (uri !== undefined) {
      this.at += uri.length;
      return { kind: "text", at, parts: [uri] };
    }
    const digits = this.match(number);
    if (digits !== undefined) {
      this.at += digits.length;
      return { kind: "number", at, value: Number(digits) };
    }
    if (this.take("(")) {
      const inner = this.expression();
      this.need(")");
      return inner;
    }
    if (this.take("[")) {
      const items: Expression[] = [];
      while (!this.take("]")) {
        const item = this.selected();
        if (!item) this.fail("`]` was expected");
        items.push(item);
      }
      return { kind: "list", at, items };
    }
    if (this.keyword("rec")) {
      this.need("{");
      return { kind: "set", at, isRecursive: true, bindings: this.bindings("}") };
    }
    if (this.take("{")) return { kind: "set", at, isRecursive: false, bindings: this.bindings("}") };
    const name = this.name();
    return name === undefined ? undefined : { kind: "name", at, name };
  }

  private path(found: string): Expression {
    const at = this.at;
    this.at += found.length;
    const parts: (string | Expression)[] = [found];
    for (;;) {
      if (this.text.startsWith("${", this.at)) {
        this.at += 2;
        parts.push(this.expression());
        this.need("}");
        continue;
      }
      const more = parts.length > 1 ? this.match(/[\w.+/-]+/y) : undefined;
      if (more === undefined) return { kind: "path", at, parts };
      this.at += more.length;
      parts.push(more);
    }
  }

  private bindings(end: "in" | "}"): readonly Bound[] {
    const bindings: Bound[] = [];
    for (;;) {
      if (end === "in" ? this.keyword("in") : this.take("}")) return bindings;
      this.skip();
      const at = this.at;
      if (this.keyword("inherit")) {
        const from = this.take("(") ? this.expression() : undefined;
        if (from) this.need(")");
        const names: string[] = [];
        while (!this.take(";")) {
          this.skip();
          const name = this.text[this.at] === '"' ? this.attributeText() : (this.name() ?? this.anyWord());
          if (typeof name !== "string") this.fail("a name was expected");
          names.push(name);
        }
        bindings.push({ kind: "inherit", at, names, ...(from && { from }) });
        continue;
      }
      const names = this.attributePath();
      this.need("=");
      bindings.push({ kind: "binding", at, path: names, value: this.expression() });
      this.need(";");
    }
  }
}
