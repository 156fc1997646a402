import { parseSourceId } from "../../../cargo/sourceId.ts";
import { array, type Code, literal, object, property } from "./code.ts";
import { repositoryOf, treeCode } from "./inputs.ts";
import { apply } from "./nix/evaluate.ts";
import {
  calledBy,
  known,
  namedCall,
  pathBelow,
  plainText,
  root,
  saidOf,
  selected,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { sourceCode } from "./sources.ts";
import { libCode } from "./toolchains.ts";
import { attempted, type CraneLib, constant, craneCall, given, leave, type Writing } from "./writing.ts";

/**
 * What replaces the crates of the lock: overrides, other locks. Undefined where the lock itself says as much, as it does of
 * private repositories that a flake has as inputs.
 */
export function vendorCode(w: Writing, thunk: Thunk, lib: CraneLib): Code | undefined {
  const value = thunk.force();
  if (value.kind === "data") return undefined;
  if (value.kind === "path") return treeCode(w, thunk);
  const call = craneCall(w, value);
  const argument = call?.argument.force();
  if (!call || argument?.kind !== "set" || !/^vendor(?:Multiple)?CargoDeps$/.test(call.verb))
    throw new Unclear(`\`${saidOf(value)}\` is not made by \`vendorCargoDeps\``, thunk.at);
  const items: Code[] = [];
  const say = (name: string, code: Code | undefined) =>
    code !== undefined && items.push(property(name, code));
  let source: Thunk | undefined;
  for (const [name, given] of argument.entries) {
    if (name === "src") source = given;
    else if (name === "cargoLock") say(name, lockOf(given));
    else if (name === "cargoLockList") say("cargoLockList", locksOf(w, given, items));
    else if (name === "overrideVendorCargoPackage" || name === "overrideVendorGitCheckout")
      say(
        name,
        attempted(w, given.at, `\`${name}\``, () => overrideCode(w, given, name)),
      );
    else if (name !== "cargoConfigs" && name !== "outputHashes")
      leave(w, given.at, `\`${name}\` of \`${call.verb}\``);
  }
  if (items.length === 0) return undefined;
  return constant(w, value, { fallback: "cargoVendorDir" }, () => {
    const first =
      source && call.verb === "vendorCargoDeps" ? [property("src", sourceCode(w, source, lib))] : [];
    return [libCode(w, call.lib), `.${call.verb}(`, object([...first, ...items]), ")"];
  });
}

function lockOf(given: Thunk): Code | undefined {
  const path = given.force();
  if (path.kind !== "path") throw new Unclear("it is no file of the project", given.at);
  return path.path === "Cargo.lock" ? undefined : JSON.stringify(path.path);
}

/** The lock of the standard library lies in the toolchain, and has a word of its own. */
function locksOf(w: Writing, given: Thunk, items: Code[]): Code {
  const list = given.force();
  if (list.kind !== "list") throw new Unclear("it is no list", given.at);
  const files = list.items.flatMap((item): readonly string[] => {
    const value = item.force();
    if (value.kind === "path") return [JSON.stringify(value.path)];
    const said = value.kind === "text" ? saidOf(value) : "";
    if (/rust\/library\/Cargo\.lock$/.test(said)) items.push("standardLibrary: true");
    else leave(w, item.at, `the lock \`${saidOf(value)}\``);
    return [];
  });
  return array(files);
}

type Branch = { readonly condition: Value | undefined; readonly gives: Value };

/** `if … then … else …` as what is asked one after the other. */
function branches(value: Value): readonly Branch[] {
  if (value.kind !== "term" || value.head.kind !== "if") return [{ condition: undefined, gives: value }];
  const { condition, yes, no } = value.head;
  return [{ condition, gives: yes.force() }, ...branches(no.force())];
}

const names = {
  overrideVendorCargoPackage: { entry: "lock", of: "crate" },
  overrideVendorGitCheckout: { entry: "lock", of: "checkout" },
} as const;

function overrideCode(w: Writing, given: Thunk, name: keyof typeof names): Code | undefined {
  const { entry, of } = names[name];
  const at = given.at;
  const call = (value: Value, argument: Value) => apply(value, known(argument), { at, world: w.flake.world });
  const chosen = branches(call(call(given.force(), root("entry")), root("drv")));
  const cases = chosen.flatMap(({ condition, gives }): (readonly [Code, Code])[] => {
    if (pathBelow(gives, "drv")) return [];
    const said = condition && conditionOf(w, condition, entry);
    if (!said) throw new Unclear("for which entries of the lock it is cannot be told", at);
    const change = changeOf(w, gives, { of, at, isGit: name === "overrideVendorGitCheckout", url: said.url });
    return change ? [[said.code, change]] : [];
  });
  if (cases.length === 0) return undefined;
  const code: Code[] = [`(${entry}, ${of}) => `];
  for (const [condition, change] of cases) code.push(condition, " ? ", change, " : ");
  return [...code, of];
}

type Condition = { readonly code: string; readonly url: string | undefined };

/** Which entries of the lock are meant. */
function conditionOf(w: Writing, condition: Value, entry: string): Condition | undefined {
  const any = namedCall(condition);
  const [predicate] = any?.args ?? [];
  if (any && /^lib\.any$/.test(any.name) && predicate) {
    const each = predicate.force();
    return each.kind === "function" ? conditionOf(w, each.apply(known(root("entry"))), entry) : undefined;
  }
  if (any && /^lib\.(hasPrefix|hasInfix)$/.test(any.name)) {
    const [part, of] = any.args;
    const word = part && plainText(part.force());
    if (word === undefined || !of || pathBelow(of.force(), "entry")?.join(".") !== "source") return undefined;
    return fromUrl(w, word.replace(/^git\+/, ""), entry);
  }
  if (condition.kind !== "term" || condition.head.kind !== "operation") return undefined;
  const { operator, left, right } = condition.head;
  if (operator === "&&") {
    const both = [left, right].map((side) => conditionOf(w, side.force(), entry));
    const [first, second] = both;
    return first && second && { code: `${first.code} && ${second.code}`, url: first.url ?? second.url };
  }
  if (operator !== "==") return undefined;
  const [field, text] = [pathBelow(left.force(), "entry"), plainText(right.force())];
  if (!field || text === undefined) return undefined;
  const name = field.at(-1) ?? "";
  if (name === "source") return fromUrl(w, parseSourceId(text)?.url ?? text, entry);
  return { code: `${entry}.${name} === ${JSON.stringify(text)}`, url: undefined };
}

function fromUrl(w: Writing, url: string, entry: string): Condition {
  const place = url
    .replace(/^[\w+]+:\/\/(?:[^@/]*@)?/, "")
    .replace(/[?#].*$/, "")
    .replace(/\.git$/, "");
  return { code: `${given(w, "fromRepository")}(${JSON.stringify(place)})(${entry})`, url };
}

type Changing = {
  readonly of: string;
  readonly at: Thunk["at"];
  readonly isGit: boolean;
  readonly url: string | undefined;
};

/** `drv.overrideAttrs (_: { … })`. Undefined where it says what the lock says. */
function changeOf(w: Writing, then: Value, { of, at, isGit, url }: Changing): Code | undefined {
  const call = calledBy(then);
  const part = call && selected(call.of);
  if (!call || part?.name !== "overrideAttrs" || !pathBelow(part.of, "drv"))
    throw new Unclear(`\`${saidOf(then)}\` is not what \`overrideAttrs\` gives`, at);
  const attributes = call.argument.force();
  const changed =
    attributes.kind === "function"
      ? apply(attributes, known(root("old")), { at, world: w.flake.world })
      : attributes;
  if (changed.kind !== "set") throw new Unclear("what it changes is known to Nix alone", at);
  const items: Code[] = [];
  for (const [name, thunk] of changed.entries) {
    const value = thunk.force();
    if (name === "src") {
      const isOwn = isGit && sameRepository(repositoryOf(w, value)?.url, url);
      if (!isOwn) items.push(property("src", treeCode(w, thunk)));
    } else if (name === "patches" && value.kind === "list") {
      const files = value.items.flatMap((item) => {
        const file = item.force();
        if (file.kind === "path") return [JSON.stringify(file.path)];
        if (!(file.kind === "term" && file.head.kind === "splice"))
          leave(w, item.at, `the patch \`${saidOf(file)}\``);
        return [];
      });
      items.push(property("patches", array(files)));
    } else if (name === "postPatch")
      items.push(property("postPatch", literal((plainText(value) ?? "").trimEnd())));
    else if (name === "unpackPhase") {
      const [copies, tree] = value.kind === "text" ? value.parts : [];
      if (
        typeof copies !== "string" ||
        !/^cp /.test(copies) ||
        tree === undefined ||
        typeof tree === "string"
      )
        throw new Unclear("an `unpackPhase` that does more than copying", thunk.at);
      items.push(property("src", treeCode(w, known(tree, thunk.at))));
    } else leave(w, thunk.at, `\`${name}\` of an override`);
  }
  return items.length === 0 ? undefined : [`${of}.overrideAttrs(`, object(items), ")"];
}

/** The lock names the repository and its commit, whoever fetches it. */
function sameRepository(input: string | undefined, lock: string | undefined): boolean {
  const plain = (url: string) =>
    url
      .replace(/^[\w+]+:\/\/(?:[^@/]*@)?/, "")
      .replace(/^[^@/]*@([^:/]+):/, "$1/")
      .replace(/[?#].*$/, "")
      .replace(/(?:\.git)?\/?$/, "")
      .toLowerCase();
  return input !== undefined && lock !== undefined && plain(input) === plain(lock);
}
