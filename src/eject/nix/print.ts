import { unreachable } from "../../base/narrowing.ts";
import { type Binding, escaped, type Nix, type Pattern } from "./nix.ts";

/**
 * An expression as a file, formatted as nixfmt 1 does (RFC 166): what fits into 100 columns, its indentation not counted, stays
 * on its line, but for sets with several attributes, for lists with several items, and for what holds one of those.
 *
 * @example
 * printNix(attrs([bind("a", word("1"))])) // "{ a = 1; }\n"
 */
export function printNix(expression: Nix): string {
  return `${print(expression, { indent: 0, column: 0, after: 0 })}\n`;
}

const width = 100;

/** Where an expression stands. */
type At = {
  /** The columns that its lines after the first are indented by. */
  readonly indent: number;
  /** Where its first line begins. */
  readonly column: number;
  /** How much follows on its last line. */
  readonly after: number;
};

/** Whether a text of this length stays on its line. All lines that begin in an expression are indented alike. */
function fits({ indent, column, after }: At, length: number): boolean {
  return column - indent + length + after <= width;
}

function pad(indent: number): string {
  return " ".repeat(indent);
}

/** The expression on one line; undefined where it must not be. */
function flat(expression: Nix): string | undefined {
  switch (expression.kind) {
    case "word":
      return expression.text;
    case "string":
      return `"${expression.parts.map(stringPart).join("")}"`;
    case "list": {
      const { items } = expression;
      if (items.length === 0) return "[ ]";
      const [only, second] = items;
      const item = only && second === undefined ? flatArgument(only) : undefined;
      return item && `[ ${item} ]`;
    }
    case "attrs":
      return flatSet(expression.bindings);
    case "call":
      return joined([flatArgument(expression.of), ...expression.args.map(flatArgument)], " ");
    case "operation": {
      const { left, right, operator } = expression;
      return joined([flatOperand(left), operator, flatOperand(right)], " ");
    }
    case "function": {
      // A set that a function gives stands on lines of its own, as after an equals sign.
      const body = isExpandedAfterEquals(expression.body) ? undefined : flat(expression.body);
      return body && `${parameterOf(expression.parameter) ?? "{ … }"}: ${body}`;
    }
    case "if":
      return joined(
        ["if", flat(expression.condition), "then", flat(expression.yes), "else", flat(expression.no)],
        " ",
      );
    case "select":
      return joined([flatArgument(expression.of), expression.name], ".");
    case "lines":
    case "let":
      return undefined;
    default:
      return unreachable(expression);
  }
}

function joined(parts: readonly (string | undefined)[], by: string): string | undefined {
  return parts.every((part) => part !== undefined) ? parts.join(by) : undefined;
}

function stringPart(part: string | Nix): string {
  return typeof part === "string" ? escaped(part) : `\${${flat(part) ?? ""}}`;
}

function flatSet(bindings: readonly Binding[]): string | undefined {
  const [only, second] = bindings;
  if (only === undefined) return "{ }";
  if (second !== undefined || only.comment || only.kind === "comment") return undefined;
  if (only.kind === "inherit") {
    const line = inheritLine(only);
    return line && `{ ${line} }`;
  }
  const value = isExpandedAfterEquals(only.value) ? undefined : flat(only.value);
  return value && `{ ${only.name} = ${value}; }`;
}

/** A set that is bound to a name stands on lines of its own, also at the end of what is bound. */
function isExpandedAfterEquals(value: Nix): boolean {
  if (value.kind === "operation") return isExpandedAfterEquals(value.right);
  return value.kind === "attrs" && value.bindings.length > 0;
}

/** Undefined for many names, which have a line each. */
function inheritLine({ from, names }: Binding & { readonly kind: "inherit" }): string | undefined {
  if (names.length > 3) return undefined;
  return `inherit ${from ? `(${flat(from) ?? ""}) ` : ""}${names.join(" ")};`;
}

/** What is more than one term stands in brackets as an argument or an item. */
function isTerm({ kind }: Nix): boolean {
  return kind !== "call" && kind !== "operation" && kind !== "function" && kind !== "if" && kind !== "let";
}

function flatArgument(argument: Nix): string | undefined {
  const text = flat(argument);
  return isTerm(argument) ? text : text && `(${text})`;
}

function flatOperand(operand: Nix): string | undefined {
  const text = flat(operand);
  return isTerm(operand) || operand.kind === "call" || operand.kind === "operation"
    ? text
    : text && `(${text})`;
}

/** Undefined where it takes lines of its own. */
function parameterOf(parameter: string | Pattern): string | undefined {
  if (typeof parameter === "string") return parameter;
  const all = [...parameter.names, ...(parameter.isOpen ? ["..."] : [])];
  return all.length > 2 ? undefined : `{ ${all.join(", ")} }${wholeOf(parameter)}`;
}

function print(expression: Nix, at: At): string {
  const line = flat(expression);
  return line !== undefined && fits(at, line.length) ? line : printLong(expression, at);
}

/** The expression on several lines, where it can be. */
function printLong(expression: Nix, at: At): string {
  const inner = at.indent + 2;
  switch (expression.kind) {
    case "word":
    case "string":
      return flat(expression) ?? "";
    case "list": {
      if (expression.items.length === 0) return "[ ]";
      const items = expression.items.map(
        (item) => pad(inner) + printItem(item, { indent: inner, column: inner, after: 0 }),
      );
      return `[\n${items.join("\n")}\n${pad(at.indent)}]`;
    }
    case "attrs":
      if (expression.bindings.length === 0) return "{ }";
      return `{\n${printBindings(expression.bindings, inner)}\n${pad(at.indent)}}`;
    case "lines": {
      const text = expression.lines.map((parts) =>
        parts.length === 0 ? "" : pad(inner) + parts.map(linePart).join(""),
      );
      const last = expression.lines.at(-1);
      // A text that ends its last line has an empty one after it.
      const closing = last && last.length === 0 ? text.slice(0, -1) : text;
      const end = last && last.length === 0 ? `\n${pad(at.indent)}''` : "''";
      return `''\n${closing.join("\n")}${end}`;
    }
    case "call":
      return printCall(expression, at);
    case "operation":
      return printOperation(expression, at);
    case "function": {
      const { parameter, body } = expression;
      const shown = parameterOf(parameter);
      if (isSetMaker(expression)) return `${shown}: ${printLong(body, at)}`;
      const below = print(body, { indent: at.indent, column: at.indent, after: at.after });
      return `${shown ?? printPattern(parameter, at.indent)}:${chained(body) ? " " : `\n${pad(at.indent)}`}${below}`;
    }
    case "let": {
      const bindings = printBindings(expression.bindings, inner);
      const body = print(expression.body, { ...at, column: at.indent });
      return `let\n${bindings}\n${pad(at.indent)}in\n${pad(at.indent)}${body}`;
    }
    case "if":
      return printIf(expression, at);
    case "select": {
      const of = printArgument(expression.of, { ...at, after: at.after + expression.name.length + 1 });
      return `${of}.${expression.name}`;
    }
    default:
      return unreachable(expression);
  }
}

/** A function that gives a set begins it on its own line. */
function isSetMaker(expression: Nix): boolean {
  return (
    expression.kind === "function" &&
    typeof expression.parameter === "string" &&
    expression.body.kind === "attrs"
  );
}

/** Functions of several parameters stand on one line up to their body: `final: prev:`. */
function chained(body: Nix): boolean {
  return body.kind === "function" && typeof body.parameter === "string";
}

function printPattern(parameter: string | Pattern, indent: number): string {
  if (typeof parameter === "string") return parameter;
  const all = [...parameter.names.map((name) => `${name},`), ...(parameter.isOpen ? ["..."] : [])];
  return `{\n${all.map((name) => `${pad(indent + 2)}${name}\n`).join("")}${pad(indent)}}${wholeOf(parameter)}`;
}

function wholeOf({ whole }: Pattern): string {
  return whole === undefined ? "" : `@${whole}`;
}

/** Text within `''…''`. */
function linePart(part: string | Nix): string {
  if (typeof part !== "string") return `\${${flat(part) ?? ""}}`;
  return part.replaceAll("''", "'''").replaceAll("${", "''${");
}

function printBindings(bindings: readonly Binding[], indent: number): string {
  const lines = bindings.flatMap((binding, index) => [
    ...(index > 0 && binding.isApart ? [""] : []),
    ...(binding.comment ?? []).map((line) => `${pad(indent)}# ${line}`.trimEnd()),
    ...(binding.kind === "comment" ? [] : [pad(indent) + printBinding(binding, indent)]),
  ]);
  return lines.join("\n");
}

function printBinding(binding: Exclude<Binding, { kind: "comment" }>, indent: number): string {
  if (binding.kind === "inherit") {
    const line = inheritLine(binding);
    if (line !== undefined && line.length <= width) return line;
    const inner = pad(indent + 2);
    const names = binding.names.map((name) => `\n${inner}${name}`).join("");
    return `inherit${binding.from ? `\n${inner}(${flat(binding.from) ?? ""})` : ""}${names}\n${inner};`;
  }
  const { name, value } = binding;
  const at = { indent, column: indent + name.length + 3, after: 1 };
  const line = isExpandedAfterEquals(value) ? undefined : flat(value);
  if (line !== undefined && fits(at, line.length)) return `${name} = ${line};`;
  if (staysAfterEquals(value, at)) return `${name} = ${printLong(value, at)};`;
  const inner = indent + 2;
  return `${name} =\n${pad(inner)}${print(value, { indent: inner, column: inner, after: 1 })};`;
}

/** Whether what takes several lines begins on the line of its name. */
function staysAfterEquals(value: Nix, at: At): boolean {
  switch (value.kind) {
    case "attrs":
    case "list":
    case "lines":
    case "string":
    case "word":
      return true;
    case "call":
      return callHead(value, at) !== undefined;
    case "operation": {
      const left = flat(value.left);
      const opens =
        value.right.kind === "attrs" || value.right.kind === "list" || value.right.kind === "lines";
      return (
        opens && left !== undefined && fits({ ...at, after: 0 }, left.length + value.operator.length + 3)
      );
    }
    case "select":
      return staysAfterEquals(value.of, at);
    case "function":
    case "let":
    case "if":
      return false;
    default:
      return unreachable(value);
  }
}

/** All of a call but its last argument, on one line. */
function callHead({ of, args }: Nix & { readonly kind: "call" }, at: At): string | undefined {
  const head = joined([flatArgument(of), ...args.slice(0, -1).map(flatArgument)], " ");
  return head !== undefined && fits({ ...at, after: 0 }, head.length + 2) ? head : undefined;
}

function printCall(expression: Nix & { readonly kind: "call" }, at: At): string {
  const { of, args } = expression;
  const head = callHead(expression, at);
  const last = args.at(-1) ?? of;
  if (head !== undefined) {
    return `${head} ${printArgument(last, { ...at, column: at.column + head.length + 1 })}`;
  }
  const inner = at.indent + 2;
  const [first, ...more] = [of, ...args];
  const rest = more.map(
    (part) => pad(inner) + printArgument(part, { indent: inner, column: inner, after: 0 }),
  );
  return [printArgument(first, { ...at, after: 0 }), ...rest].join("\n");
}

/** A call that ends with a set begins on the line of its bracket, which elsewhere it does not. */
function printItem(item: Nix, at: At): string {
  const opens =
    item.kind === "call" && isTerm(item.args.at(-1) ?? item.of) && callHead(item, at) !== undefined;
  return opens && flat(item) === undefined ? `(${printCall(item, at)})` : printArgument(item, at);
}

function printArgument(argument: Nix, at: At): string {
  if (isTerm(argument)) return print(argument, at);
  const line = flat(argument);
  if (line !== undefined && fits(at, line.length + 2)) return `(${line})`;
  if (isSetMaker(argument)) return `(${printLong(argument, { ...at, column: at.column + 1 })})`;
  const inner = at.indent + 2;
  const below = print(argument, { indent: inner, column: inner, after: 0 });
  return `(\n${pad(inner)}${below}\n${pad(at.indent)})`;
}

function printOperation(expression: Nix & { readonly kind: "operation" }, at: At): string {
  const { left, right, operator } = expression;
  const begins = flat(left);
  const isAfterEquals = at.column > at.indent;
  if (isAfterEquals && begins !== undefined && staysAfterEquals(expression, at)) {
    const column = at.column + begins.length + operator.length + 2;
    return `${begins} ${operator} ${printLong(right, { ...at, column })}`;
  }
  const shown = print(left, { ...at, after: 0 });
  const column = at.indent + operator.length + 1;
  return `${shown}\n${pad(at.indent)}${operator} ${print(right, { ...at, column })}`;
}

function printIf(expression: Nix & { readonly kind: "if" }, at: At): string {
  const inner = at.indent + 2;
  const branch = (of: Nix) => pad(inner) + print(of, { indent: inner, column: inner, after: 0 });
  const condition = flat(expression.condition);
  const isShort = condition !== undefined && fits(at, condition.length + 8);
  const head = isShort
    ? `if ${condition} then`
    : `if\n${branch(expression.condition)}\n${pad(at.indent)}then`;
  const rest =
    expression.no.kind === "if"
      ? `else ${printIf(expression.no, { ...at, column: at.indent + 5 })}`
      : `else\n${branch(expression.no)}`;
  return `${head}\n${branch(expression.yes)}\n${pad(at.indent)}${rest}`;
}
