import { plainText, saidOf, Unclear, type Value } from "./nix/values.ts";

/** TypeScript that is being written: text, and what may be broken over lines. */
export type Code = string | readonly Code[] | Group;

type Group = { readonly open: string; readonly items: readonly Code[]; readonly close: string };

/** `{ a, b: 1 }` */
export function object(items: readonly Code[]): Code {
  return { open: "{", items, close: "}" };
}

export function array(items: readonly Code[]): Code {
  return { open: "[", items, close: "]" };
}

const width = 110;

/**
 * Code as text. What is too long for its line is broken at its outermost brackets.
 *
 * @param indent of the line that it begins on
 * @param column where it begins
 */
export function printed(code: Code, indent = 0, column = indent): string {
  const line = flat(code);
  if (line !== undefined && column + line.length <= width) return line;
  if (typeof code === "string") return code;
  if (isGroup(code)) {
    if (code.items.length === 0) return code.open + code.close;
    const pad = " ".repeat(indent + 2);
    const items = code.items.map((item) => {
      const text = printed(item, indent + 2);
      return `${pad}${text}${isComment(item) ? "" : ","}\n`;
    });
    return `${code.open}\n${items.join("")}${" ".repeat(indent)}${code.close}`;
  }
  let text = "";
  for (const part of code) {
    const last = text.slice(text.lastIndexOf("\n") + 1).length;
    text += printed(part, indent, text.includes("\n") ? last : column + last);
  }
  return text;
}

/** Undefined for what takes several lines. */
function flat(code: Code): string | undefined {
  if (typeof code === "string") return code.includes("\n") ? undefined : code;
  const parts = (isGroup(code) ? code.items : code).map(flat);
  if (parts.some((part) => part === undefined)) return undefined;
  if (!isGroup(code)) return parts.join("");
  if (code.items.some(isComment)) return undefined;
  const inner = parts.join(", ");
  if (inner === "") return code.open + code.close;
  return code.open === "{" ? `{ ${inner} }` : code.open + inner + code.close;
}

function isGroup(code: Code): code is Group {
  return typeof code === "object" && "open" in code;
}

function isComment(code: Code): boolean {
  return typeof code === "string" && code.startsWith("//");
}

/** A name as a key: quoted where it is no identifier. */
export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** `name: value`, or `name` alone where that says it. */
export function property(name: string, value: Code): Code {
  return value === name ? name : [`${key(name)}: `, value];
}

/** A text as a literal: one of several lines as a template. */
export function literal(text: string): string {
  if (text.includes('"') && !/['\\\n\r\t]/.test(text)) return `'${text}'`;
  if (!text.includes("\n")) return JSON.stringify(text);
  return `\`${inTemplate(text)}\``;
}

/** Text within a template, in which a return alone, or before a line's end, would be no more than the end. */
export function inTemplate(text: string): string {
  return text.replace(/[\\`]|\$(?=\{)/g, "\\$&").replaceAll("\r", "\\r");
}

/** A name that TypeScript takes: `my-service` is `myService`. */
export function identifier(name: string, taken: ReadonlySet<string>): string {
  const camel = name.replace(
    /[^A-Za-z0-9_$]+([A-Za-z0-9])?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? "",
  );
  const plain = /^[A-Za-z_$]/.test(camel) ? camel : `x${camel}`;
  const base = reserved.has(plain) ? `${plain}Value` : plain;
  let free = base;
  for (let count = 2; taken.has(free); count++) free = `${base}${count}`;
  return free;
}

const reserved: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** Plain data as a literal. */
export function dataCode(value: Value): Code {
  const text = plainText(value);
  if (text !== undefined) return JSON.stringify(text);
  if (value.kind === "data") return String(value.value);
  if (value.kind === "list") return array(value.items.map((item) => dataCode(item.force())));
  if (value.kind === "set")
    return object([...value.entries].map(([name, thunk]) => property(name, dataCode(thunk.force()))));
  throw new Unclear(`\`${saidOf(value)}\` is no plain data`, { file: "flake.nix", at: 0 });
}
