import { createRequire } from "node:module";
import type { AST } from "toml-eslint-parser";
import { type Place, placeAt } from "../../base/diagnostic.ts";
import { redact } from "../redact.ts";
import type { TomlDocument, TomlPath } from "./toml.ts";

type Span = readonly [start: number, end: number];
type Entry = { readonly key: Span; readonly value: Span };
type Spans = Map<string, Entry>;

const known = new WeakMap<TomlDocument, Spans>();

/**
 * Where the value at `path` stands (or, with `part: "key"`, its key). Where the document has no such value,
 * the key of the closest table around it. What looks like a credential is blanked in the line.
 *
 * The second parser is loaded and run only now: a diagnostic may cost some milliseconds, a build may not.
 *
 * @example
 * placeOf(document, ["dependencies", "serde", "version"])
 */
export function placeOf(document: TomlDocument, path: TomlPath, part: "key" | "value" = "value"): Place {
  const spans = known.get(document) ?? spansOf(document.text);
  known.set(document, spans);
  for (let length = path.length; length > 0; length--) {
    const entry = spans.get(JSON.stringify(path.slice(0, length)));
    if (!entry) continue;
    const [start, end] = length === path.length && part === "value" ? entry.value : entry.key;
    return shown(document, start, end - start);
  }
  return shown(document, 0, 1);
}

function shown({ file, text }: TomlDocument, offset: number, length: number): Place {
  const place = placeAt(file, text, offset, length);
  return { ...place, text: redact(place.text ?? "") };
}

function spansOf(text: string): Spans {
  const parser: typeof import("toml-eslint-parser") = createRequire(import.meta.url)("toml-eslint-parser");
  const spans: Spans = new Map();
  let nodes: AST.TOMLTopLevelTable["body"];
  try {
    nodes = parser.parseTOML(text, { tomlVersion: "1.1.0" }).body[0].body;
  } catch (error) {
    // The two parsers may disagree about a rarity; the message matters more than its place.
    if (error instanceof parser.ParseError) return spans;
    throw error;
  }
  for (const node of nodes) {
    if (node.type === "TOMLKeyValue") addPair(spans, [], node);
    else {
      addHeader(spans, node);
      for (const pair of node.body) addPair(spans, node.resolvedKey, pair);
    }
  }
  return spans;
}

function addHeader(spans: Spans, node: AST.TOMLTable): void {
  let names = 0;
  node.resolvedKey.forEach((step, index) => {
    const key = node.key.keys[typeof step === "string" ? names++ : names - 1];
    if (key) add(spans, node.resolvedKey.slice(0, index + 1), { key: key.range, value: key.range });
  });
}

function addPair(spans: Spans, prefix: TomlPath, pair: AST.TOMLKeyValue): void {
  let path = prefix;
  pair.key.keys.forEach((key, index) => {
    path = [...path, key.type === "TOMLBare" ? key.name : key.value];
    const isLast = index === pair.key.keys.length - 1;
    add(spans, path, { key: key.range, value: isLast ? pair.value.range : key.range });
  });
  addContent(spans, path, pair.value);
}

function addContent(spans: Spans, path: TomlPath, node: AST.TOMLContentNode): void {
  if (node.type === "TOMLInlineTable") {
    for (const pair of node.body) addPair(spans, path, pair);
  } else if (node.type === "TOMLArray") {
    node.elements.forEach((element, index) => {
      add(spans, [...path, index], { key: element.range, value: element.range });
      addContent(spans, [...path, index], element);
    });
  }
}

function add(spans: Spans, path: TomlPath, entry: Entry): void {
  const name = JSON.stringify(path);
  if (!spans.has(name)) spans.set(name, entry);
}
