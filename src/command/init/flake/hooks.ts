import { knownHooks } from "../../../crane/hooks/knownHooks.ts";
import { array, type Code, dataCode, key, object, property } from "./code.ts";
import {
  calledBy,
  known,
  plainText,
  saidOf,
  selected,
  type Thunk,
  Unclear,
  type Value,
} from "./nix/values.ts";
import { packageCode, shellWords, textCode } from "./texts.ts";
import { libCode } from "./toolchains.ts";
import { attempted, type CraneLib, constant, inputOf, leave, type Writing } from "./writing.ts";

/** What `git-hooks.lib.${system}.run` gave, and what it was changed by. */
export type HooksRun = { readonly run: Value; readonly argument: Thunk; readonly env?: Thunk };

/** The hooks of git among the checks; undefined for another check. */
export function hooksRun(w: Writing, value: Value): HooksRun | undefined {
  const call = calledBy(value);
  if (!call || call.path.length > 0) return undefined;
  const of = inputOf(w, call.of);
  if (of?.input.role === "git-hooks" && of.path.join(".") === "lib.run")
    return { run: value, argument: call.argument };
  const part = selected(call.of);
  if (part?.name !== "overrideAttrs") return undefined;
  const base = hooksRun(w, part.of);
  const change = base && call.argument.force();
  const changed =
    change?.kind === "function" ? change.apply(known({ kind: "set", entries: new Map() })) : change;
  const env = changed?.kind === "set" ? changed.entries.get("env") : undefined;
  return base && { ...base, ...(env && { env }) };
}

type HooksOf = {
  /** What those that compile look at. */
  readonly src: Code;
  /** Whose toolchain they run. */
  readonly lib: CraneLib;
};

/** The hooks by `crane.preCommit`. */
export function hooksCode(w: Writing, { run, argument, env }: HooksRun, { src, lib }: HooksOf): Code {
  return constant(w, run, { fallback: "hooks" }, () => {
    const said = argument.force();
    if (said.kind !== "set") throw new Unclear("the hooks are known to Nix alone", argument.at);
    const items: Code[] = [property("src", src)];
    for (const [name, thunk] of said.entries) {
      const what = `\`${name}\` of the hooks`;
      if (name === "src" || name === "package") continue;
      const say = () => fieldOf(w, name, thunk);
      const code = name === "hooks" ? say() : attempted(w, thunk.at, what, say);
      if (code !== undefined) items.push(property(name, code));
    }
    const variables = env?.force();
    if (variables?.kind === "set") {
      const values = [...variables.entries].flatMap(([name, thunk]): Code[] => {
        const code = attempted(w, thunk.at, `the variable \`${name}\``, () => textCode(w, thunk));
        return code === undefined ? [] : [property(name, code)];
      });
      items.push(property("env", object(values)));
    }
    return [libCode(w, lib), ".preCommit(", object(items), ")"];
  });
}

function fieldOf(w: Writing, name: string, thunk: Thunk): Code | undefined {
  const value = thunk.force();
  if (name === "hooks") return allHooks(w, thunk);
  if (name === "excludes" || name === "default_stages") return dataCode(value);
  // The crates of the lock, which hooks that compile have here anyway.
  if (name === "settings" && saidKeys(value) === "rust") return undefined;
  leave(w, thunk.at, `\`${name}\` of the hooks`);
  return undefined;
}

function saidKeys(value: Value): string {
  return value.kind === "set" ? [...value.entries.keys()].join(" ") : "";
}

function allHooks(w: Writing, thunk: Thunk): Code {
  const value = thunk.force();
  if (value.kind !== "set") throw new Unclear("they are known to Nix alone", thunk.at);
  const hooks = [...value.entries].flatMap(([id, of]): Code[] => {
    const code = attempted(w, of.at, `the hook \`${id}\``, () => hookCode(w, id, of));
    return code === undefined ? [] : [property(id, code)];
  });
  if (hooks.length === 0) throw new Unclear("none of the hooks is among those that Gantry knows", thunk.at);
  return object(hooks);
}

const texts = /^(name|description|files)$/;
const dropped = /^(enable|packageOverrides|language|id)$/;
const plain =
  /^(args|excludes|types|types_or|exclude_types|pass_filenames|always_run|fail_fast|require_serial|verbose|stages)$/;

function hookCode(w: Writing, id: string, thunk: Thunk): Code | undefined {
  const value = thunk.force();
  if (value.kind !== "set") throw new Unclear("it is known to Nix alone", thunk.at);
  const enable = value.entries.get("enable")?.force();
  if (enable?.kind === "data" && enable.value === false) return undefined;
  if (!Object.hasOwn(knownHooks, id) && !value.entries.has("entry")) {
    leave(
      w,
      thunk.at,
      `the hook \`${id}\`, whose command git-hooks.nix knows: add it to \`hooks\` of \`crane.preCommit\` with its command: ${key(id)}: { entry: [${JSON.stringify(id)}] }`,
    );
    return undefined;
  }
  const items = [...value.entries].flatMap(([name, field]): Code[] => {
    const code = attempted(w, field.at, `\`${name}\` of the hook \`${id}\``, () =>
      hookField(w, { id, name, field }),
    );
    return code === undefined ? [] : [property(name, code)];
  });
  return items.length === 0 ? "true" : object(items);
}

type Field = { readonly id: string; readonly name: string; readonly field: Thunk };

function hookField(w: Writing, { id, name, field }: Field): Code | undefined {
  const value = field.force();
  if (dropped.test(name)) return undefined;
  if (plain.test(name) || texts.test(name)) return dataCode(value);
  if (name === "entry") {
    const words = shellWords(plainText(value) ?? "");
    if (!words || words.length === 0)
      throw new Unclear(`\`${saidOf(value)}\` is known to Nix alone`, field.at);
    return array(words.map((word) => JSON.stringify(word)));
  }
  if (name === "package") return packageCode(w, field);
  if (name === "extraPackages" && value.kind === "list") {
    const items = value.items.map((item) => packageCode(w, item)).filter((code) => code !== undefined);
    return items.length === 0 ? undefined : array(items);
  }
  if (name !== "settings" || value.kind !== "set") {
    leave(w, field.at, `\`${name}\` of the hook \`${id}\``);
    return undefined;
  }
  return object(
    [...value.entries].map(([key, each]) => {
      const words = key === "extraArgs" ? shellWords(plainText(each.force()) ?? "") : undefined;
      return property(key, words ? array(words.map((word) => JSON.stringify(word))) : dataCode(each.force()));
    }),
  );
}
