import { array, type Code, literal, object, property } from "./code.ts";
import { known, namedCall, plainText, saidOf, type Thunk, Unclear, type Value } from "./nix/values.ts";
import { sourceCode } from "./sources.ts";
import { isStep, stepCode } from "./steps.ts";
import { packageCode } from "./texts.ts";
import { attempted, type CraneLib, given, leave, type Writing } from "./writing.ts";

/** The arguments of `dockerTools.buildLayeredImage` and its like; undefined for what is no image. */
export function imageOf(value: Value): Thunk | undefined {
  const call = namedCall(value);
  const isImage = /^pkgs\.dockerTools\.(buildLayeredImage|buildImage|streamLayeredImage)$/.test(
    call?.name ?? "",
  );
  return isImage ? call?.args[0] : undefined;
}

/** An image by `crane.ociImage`. */
export function imageCode(w: Writing, argument: Thunk, lib: CraneLib): Code {
  const value = argument.force();
  if (value.kind !== "set") throw new Unclear("the image is known to Nix alone", argument.at);
  const contents: Code[] = [];
  const config = value.entries.get("config")?.force();
  const steps = new Map<Value, Code>();
  const add = (thunk: Thunk): void => {
    const each = thunk.force();
    if (isStep(w, each)) {
      const code = steps.get(each) ?? stepCode(w, thunk);
      if (code !== undefined && !steps.has(each)) contents.push(code);
      if (code !== undefined) steps.set(each, code);
    } else if (each.kind === "path" || /^lib\.fileset/.test(namedCall(each)?.name ?? ""))
      contents.push(sourceCode(w, thunk, lib));
    else {
      const code = packageCode(w, thunk);
      if (code !== undefined) contents.push(code);
    }
  };
  const items: Code[] = [];
  for (const [name, thunk] of value.entries) {
    const field = thunk.force();
    if (name === "contents" || name === "copyToRoot") {
      for (const each of field.kind === "list" ? field.items : [thunk]) add(each);
    } else if (name === "name") items.push(property("name", literal(plainText(field) ?? saidOf(field))));
    else if (name === "tag") {
      const tag = plainText(field);
      if (tag === undefined) leave(w, thunk.at, "the `tag` of an image, which is known to Nix alone");
      else if (tag !== "latest") items.push(property("tag", literal(tag)));
    } else if (name !== "config") leave(w, thunk.at, `\`${name}\` of an image`);
  }
  const said = config?.kind === "set" ? configCode(w, config.entries, add) : [];
  return [
    `${given(w, "crane")}.ociImage(`,
    object([
      property("contents", array(contents)),
      ...items,
      ...(said.length > 0 ? [property("config", object(said))] : []),
    ]),
    ")",
  ];
}

function configCode(
  w: Writing,
  entries: ReadonlyMap<string, Thunk>,
  add: (step: Thunk) => void,
): readonly Code[] {
  return [...entries].flatMap(([name, thunk]): Code[] => {
    const code = attempted(w, thunk.at, `\`${name}\` of an image`, () => fieldOf(w, { name, thunk, add }));
    return code === undefined ? [] : [property(name, code)];
  });
}

type Field = { readonly name: string; readonly thunk: Thunk; readonly add: (step: Thunk) => void };

function fieldOf(w: Writing, { name, thunk, add }: Field): Code | undefined {
  const value = thunk.force();
  const word = (each: Thunk) => inImage(w, each, add);
  if (name === "Entrypoint" || name === "Cmd") {
    const words = value.kind === "list" ? value.items.map(word) : [word(thunk)];
    return array(words.map((each) => JSON.stringify(each)));
  }
  if (name === "Env" && value.kind === "list") {
    const pairs = value.items.map((each) => /^([^=]+)=([\s\S]*)$/.exec(word(each)) ?? []);
    return object(
      pairs.flatMap(([, key, text = ""]) => (key === undefined ? [] : [property(key, JSON.stringify(text))])),
    );
  }
  const keys = value.kind === "set" ? [...value.entries.keys()] : [];
  if (name === "ExposedPorts")
    return array(keys.map((port) => port.replace(/^(\d+)\/tcp$/, "$1")).map(portCode));
  if (name === "Volumes") return array(keys.map((key) => JSON.stringify(key)));
  if (name === "Labels" && value.kind === "set")
    return object([...value.entries].map(([key, each]) => property(key, JSON.stringify(word(each)))));
  if (name === "User") return word(thunk) === "65532:65532" ? undefined : JSON.stringify(word(thunk));
  if (name === "WorkingDir" || name === "StopSignal") return JSON.stringify(word(thunk));
  leave(w, thunk.at, `\`${name}\` of an image`);
  return undefined;
}

function portCode(port: string): string {
  return /^\d+$/.test(port) ? port : JSON.stringify(port);
}

/** Text in which the output of a step is where it lies in the image: at `/`. */
function inImage(w: Writing, thunk: Thunk, add: (step: Thunk) => void): string {
  const value = thunk.force();
  if (value.kind !== "text") throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, thunk.at);
  return value.parts
    .map((part) => {
      if (typeof part === "string") return part;
      if (!isStep(w, part)) throw new Unclear(`\`${saidOf(part)}\` is known to Nix alone`, thunk.at);
      add(known(part, thunk.at));
      return "";
    })
    .join("");
}
