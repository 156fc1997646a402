import * as v from "valibot";
import {
  hardening,
  portMark,
  type Setting,
  type SettingsTable,
  settingsMark,
} from "../../derivation/service.ts";

/** One line, since a unit's values end with theirs; with nothing in it that a terminal or a log would act upon. */
export const line = v.pipe(
  v.string(),
  v.check((text) => !/[^\P{Cc}\t]/u.test(text), "a text without line breaks and control characters"),
  v.check((text) => text.isWellFormed(), "a text of Unicode"),
);

/**
 * A value that a unit has as it is, without quotes. At the end of a line a `\` continues it with the next one
 * (systemd.syntax(7)), which would be lost.
 */
export const bareLine = v.pipe(
  line,
  v.check(
    (text) => !/\\\s*$/.test(text),
    "a text that does not end in `\\`, which has systemd go on in the next line",
  ),
  v.check(
    (text) => !hasMark(text),
    `a text without \`${portMark}\` and \`${settingsMark}\`, which nothing replaces here`,
  ),
);

/** Of RFC 3986, section 3.3 and 3.4. What curl takes for a pattern (`[`, `{`) is none. */
export const urlPath = v.pipe(
  v.string(),
  v.check((path) => path.startsWith("/"), "a path that begins with `/`"),
  v.check(
    (path) => /^(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/.test(path),
    "a path as it stands in a URL, where a space is `%20`",
  ),
);

function hasMark(text: string): boolean {
  return text.includes(portMark) || text.includes(settingsMark);
}

type Form = readonly [is: RegExp, wanted: string];

const capabilities: Form = [/^~?(?:CAP_[A-Z_]+(?: +CAP_[A-Z_]+)*)?$/, "capabilities such as `CAP_NET_RAW`"];

/** Of directives that are no booleans, or not only, as systemd 252 has them (systemd.exec(5)). */
const forms: Partial<Record<keyof typeof hardening, Form>> = {
  UMask: [/^[0-7]{1,4}$/, "an octal number such as `0077`"],
  CapabilityBoundingSet: capabilities,
  AmbientCapabilities: capabilities,
  ProtectSystem: [/^(?:yes|no|full|strict)$/, "`true`, `false`, `full` or `strict`"],
  ProtectHome: [/^(?:yes|no|read-only|tmpfs)$/, "`true`, `false`, `read-only` or `tmpfs`"],
  ProtectProc: [
    /^(?:noaccess|invisible|ptraceable|default)$/,
    "`noaccess`, `invisible`, `ptraceable` or `default`",
  ],
  RestrictAddressFamilies: [
    /^(?:none|~?AF_\w+(?: +AF_\w+)*)$/,
    "families such as `AF_UNIX AF_INET`, or `none`",
  ],
  RestrictNamespaces: [
    /^(?:yes|no|~?(?:cgroup|ipc|net|mnt|pid|user|uts)(?: +(?:cgroup|ipc|net|mnt|pid|user|uts))*)$/,
    "`true`, `false` or kinds of namespaces such as `net user`",
  ],
  KeyringMode: [/^(?:inherit|private|shared)$/, "`inherit`, `private` or `shared`"],
  SystemCallArchitectures: [/^[a-z][\w-]*(?: +[a-z][\w-]*)*$/, "architectures such as `native`"],
  SystemCallFilter: [
    /^~?@?[a-z][\w:-]*(?: +@?[a-z][\w:-]*)*$/,
    "system calls and groups of them, such as `@system-service`",
  ],
  SystemCallErrorNumber: [/^(?:kill|E[A-Z0-9]+|\d{1,4})$/, "an error such as `EPERM`, or `kill`"],
};

/** A directive of `hardening` by its name: systemd ignores a value that it does not know, and the protection with it. */
export const directive = v.pipe(
  v.custom<Readonly<Partial<Record<keyof typeof hardening, Setting>>>>(
    (given) => typeof given === "object" && given !== null && !Array.isArray(given),
    "an object",
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input: Readonly<Record<string, unknown>> = dataset.value;
    for (const [key, value] of Object.entries(input)) {
      const message = directiveWanted(key, value);
      if (message === undefined) continue;
      const path = [{ type: "object" as const, origin: "value" as const, input, key, value }] as const;
      addIssue({ message, received: shown(isDirective(key) ? value : key), path: [...path] });
    }
  }),
);

function directiveWanted(key: string, value: unknown): string | undefined {
  if (!isDirective(key))
    return `one of ${Object.keys(hardening)
      .map((each) => `\`${each}\``)
      .join(", ")}`;
  if (value === false) return undefined;
  const [form, wanted] = forms[key] ?? [/^(?:yes|no)$/, "`true` or `false`"];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isList = Array.isArray(value);
  const isLike = (each: unknown) =>
    each === true ? !isList && form.test("yes") : typeof each === "string" && form.test(asBoolean(each));
  return values.every(isLike) ? undefined : wanted;
}

function isDirective(key: string): key is keyof typeof hardening {
  return Object.hasOwn(hardening, key);
}

/** The words that systemd has for booleans (systemd.syntax(7)), as one of two. */
function asBoolean(value: string): string {
  if (/^(?:1|y|yes|t|true|on)$/i.test(value)) return "yes";
  return /^(?:0|n|no|f|false|off)$/i.test(value) ? "no" : value;
}

/** What is said of `hardening`, with booleans as such, where a directive has any. */
export function plainHardening(given: Readonly<Record<string, Setting>>): Readonly<Record<string, Setting>> {
  const entries = Object.entries(given).map(([key, value]): [string, Setting] => {
    if (typeof value !== "string" || !isDirective(key)) return [key, value];
    const isBoolean = (forms[key]?.[0] ?? /^(?:yes|no)$/).test("yes");
    const word = isBoolean ? asBoolean(value) : value;
    return [key, word === "yes" ? true : word === "no" ? false : value];
  });
  return Object.fromEntries(entries);
}

/** What a configuration file can say in TOML, YAML and JSON alike, with each value that it cannot by its path. */
export const settingsTable = v.pipe(
  v.custom<SettingsTable>(isPlain, "a plain object"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const wrong = wrongIn(dataset.value, []);
    if (wrong) addIssue(wrong);
  }),
);

type Wrong = { message: string; received: string; path?: [v.IssuePathItem, ...v.IssuePathItem[]] };

/** The first value that no file can have. `above` is the way to it; an object that is on it contains itself. */
function wrongIn(input: object, above: readonly v.IssuePathItem[]): Wrong | undefined {
  const keys: readonly (string | number)[] = Array.isArray(input) ? [...input.keys()] : Object.keys(input);
  for (const key of keys) {
    const value: unknown = Reflect.get(input, key);
    const item: v.IssuePathItem = { type: "unknown", origin: "value", input, key, value };
    const path: [v.IssuePathItem, ...v.IssuePathItem[]] = [...firstOf(above, item)];
    const message = messageOf(key, value, path);
    if (message !== undefined) return { message, received: shown(value), path };
    const inner = typeof value === "object" && value !== null ? wrongIn(value, path) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

function firstOf(
  [first, ...more]: readonly v.IssuePathItem[],
  last: v.IssuePathItem,
): [v.IssuePathItem, ...v.IssuePathItem[]] {
  return first === undefined ? [last] : [first, ...more, last];
}

function messageOf(
  key: string | number,
  value: unknown,
  path: readonly v.IssuePathItem[],
): string | undefined {
  if (hasMark(String(key))) return `called otherwise: in a name nothing replaces \`${key}\``;
  switch (typeof value) {
    case "boolean":
      return undefined;
    case "string":
      if (value.includes(settingsMark))
        return `a text without \`${settingsMark}\`: a file cannot say where it lies`;
      return value.isWellFormed() ? undefined : "a text of Unicode";
    case "number":
      if (!Number.isFinite(value)) return "a finite number";
      if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
      return "an integer of at most 2^53 - 1, beyond which JavaScript does not count exactly; as a text it is exact";
    case "object":
      if (path.some(({ input }) => input === value)) return "an object that does not contain itself";
      if (Array.isArray(value) || isPlain(value)) return undefined;
  }
  return "a text, a number, `true`, `false`, a list or a plain object";
}

/** Whether it is written as `{ … }`: such as a `Date` or a `Map` have more in them than their names. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null)
    return isPlain(value) ? "an object" : value.constructor.name;
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : String(value);
}
