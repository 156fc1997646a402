// eject/nix: expressions of the Nix language as data, and as text that is formatted as nixfmt does.

/** An expression. There is no more of the language in it than generated files need. */
export type Nix =
  /** Names, paths, numbers, constants: one word, written as it is: `pkgs.protobuf`, `./proto`, `true`. */
  | { readonly kind: "word"; readonly text: string }
  /** `"…"`, on one line. What is no text is interpolated. */
  | { readonly kind: "string"; readonly parts: readonly (string | Nix)[] }
  /** `''…''`, a line each. Empty lines have no indentation. */
  | { readonly kind: "lines"; readonly lines: readonly (readonly (string | Nix)[])[] }
  | { readonly kind: "list"; readonly items: readonly Nix[] }
  | { readonly kind: "attrs"; readonly bindings: readonly Binding[] }
  | { readonly kind: "call"; readonly of: Nix; readonly args: readonly [Nix, ...Nix[]] }
  /** `left // right`, `left ++ right` and their like. */
  | { readonly kind: "operation"; readonly operator: string; readonly left: Nix; readonly right: Nix }
  | { readonly kind: "function"; readonly parameter: string | Pattern; readonly body: Nix }
  | { readonly kind: "let"; readonly bindings: readonly Binding[]; readonly body: Nix }
  | { readonly kind: "if"; readonly condition: Nix; readonly yes: Nix; readonly no: Nix }
  /** `of.name`, where `of` is more than a word. */
  | { readonly kind: "select"; readonly of: Nix; readonly name: string };

/** The parameter of a function that takes a set: `{ self, nixpkgs, ... }`. */
export type Pattern = {
  readonly names: readonly string[];
  /** Whether it takes others, too. */
  readonly isOpen: boolean;
  /** The name of all of it: `inputs` in `{ self, ... }@inputs`. */
  readonly whole?: string;
};

/** What stands in a set or after `let`. */
export type Binding =
  | ({ readonly kind: "binding"; readonly name: string; readonly value: Nix } & Above)
  | ({ readonly kind: "inherit"; readonly from?: Nix; readonly names: readonly string[] } & Above)
  /** A comment without a binding, at the end of a set. */
  | ({ readonly kind: "comment" } & Above);

type Above = {
  /** Lines of a comment above it, without `#`. */
  readonly comment?: readonly string[];
  /** Whether there is an empty line before it, where something stands before it. */
  readonly isApart?: boolean;
};

export function word(text: string): Nix {
  return { kind: "word", text };
}

/** @example string(word("pkgs.protobuf"), "/bin/protoc") // "${pkgs.protobuf}/bin/protoc" */
export function string(...parts: readonly (string | Nix)[]): Nix {
  return { kind: "string", parts };
}

export function list(items: readonly Nix[]): Nix {
  return { kind: "list", items };
}

export function call(of: Nix | string, ...args: readonly [Nix, ...Nix[]]): Nix {
  return { kind: "call", of: typeof of === "string" ? word(of) : of, args };
}

/** A set. Neighbours that are inherited from the same share one `inherit`. */
export function attrs(bindings: readonly Binding[]): Nix {
  const merged: Binding[] = [];
  for (const binding of bindings) {
    const last = merged.at(-1);
    const isSame =
      binding.kind === "inherit" &&
      last?.kind === "inherit" &&
      !binding.comment &&
      !binding.isApart &&
      JSON.stringify(binding.from) === JSON.stringify(last.from);
    if (isSame) merged[merged.length - 1] = { ...last, names: [...last.names, ...binding.names] };
    else merged.push(binding);
  }
  return { kind: "attrs", bindings: merged };
}

/**
 * A binding, as short as it can be said: `inherit NAME` of the word of that name, `inherit (OF) NAME` of `OF.NAME`, and
 * `NAME.OTHER` of a set with one attribute.
 *
 * @param name an attribute path. Who gives a name that is no identifier has it quoted by `attribute`
 */
export function bind(name: string, value: Nix, above: Above = {}): Binding {
  if (value.kind === "word" && value.text === name) return { kind: "inherit", names: [name], ...above };
  if (value.kind === "select" && value.name === name)
    return { kind: "inherit", from: value.of, names: [name], ...above };
  const [only, second] = value.kind === "attrs" ? value.bindings : [];
  if (only?.kind === "binding" && second === undefined && !only.comment)
    return { ...only, name: `${name}.${only.name}`, ...above };
  return { kind: "binding", name, value, ...above };
}

/** A set from names and values. */
export function set(entries: Iterable<readonly [name: string, value: Nix]>): Nix {
  return attrs([...entries].map(([name, value]) => bind(attribute(name), value)));
}

/** A name as it stands in an attribute path: quoted where it is no identifier. */
export function attribute(name: string): string {
  return isIdentifier(name) ? name : `"${escaped(name)}"`;
}

/** Whether a name can be bound and used without quotes. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][\w'-]*$/.test(name) && !reserved.has(name);
}

const reserved: ReadonlySet<string> = new Set("assert else if in inherit let or rec then with".split(" "));

/** Text within `"…"`. */
export function escaped(text: string): string {
  return text
    .replace(/[\\"]|\$(?=\{)/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
}

/**
 * Text as a string: of several lines as `''…''`, where that says the same.
 *
 * @example
 * text("cargo build") // "cargo build"
 */
export function text(...parts: readonly (string | Nix)[]): Nix {
  const lines: (string | Nix)[][] = [[]];
  for (const part of parts) {
    const [first = "", ...more] = typeof part === "string" ? part.split("\n") : [part];
    if (first !== "") lines.at(-1)?.push(first);
    for (const line of more) lines.push(line === "" ? [] : [line]);
  }
  // What all lines begin with is left away, so the first begins with none of it.
  const [first] = lines[0] ?? [];
  const isPlain = first !== undefined && !(typeof first === "string" && /^\s/.test(first));
  const hasOdd = parts.some((part) => typeof part === "string" && /[\r\t]/.test(part));
  return lines.length > 1 && isPlain && !hasOdd ? { kind: "lines", lines } : string(...parts);
}

/**
 * A path as an expression, relative to the file: `./proto`.
 *
 * @param path relative, with `/`; `.` is the file's directory
 */
export function localPath(path: string): Nix {
  const plain = path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  if (plain === "" || plain === ".") return word("./.");
  const start = plain === ".." || plain.startsWith("../") ? plain : `./${plain}`;
  // Nix takes `..` alone for no path.
  if (/(?:^|\/)\.\.$/.test(start)) return word(`${start}/.`);
  if (/^[\w./+-]+$/.test(start)) return word(start);
  return { kind: "operation", operator: "+", left: word("./."), right: string(`/${plain}`) };
}

/** Data as an expression; undefined where a part of it is none. */
export function data(value: unknown): Nix | undefined {
  if (value === null || typeof value === "boolean") return word(String(value));
  if (typeof value === "number" && Number.isFinite(value)) return word(String(value));
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) {
    const items = value.map(data).filter((item) => item !== undefined);
    return items.length === value.length ? list(items) : undefined;
  }
  if (typeof value !== "object") return undefined;
  const entries = Object.entries(value).filter(([, of]) => of !== undefined);
  const values = entries.flatMap(([name, of]) => {
    const expression = data(of);
    return expression ? [[name, expression] as const] : [];
  });
  return values.length === entries.length ? set(values) : undefined;
}
