import { platformVariable, usualRunner } from "../../crane/tools/crossToolchain.ts";
import type { Cause, FailedLog, Finding } from "./finding.ts";
import { inputForProgram, insteadOfDownload } from "./nativeCauses.ts";

/** What else the world of a step lacks or forbids: components, variables, the network, files of the host. */
export const sandboxCauses: readonly Cause[] = [
  missingComponent,
  undeclaredVariable,
  network,
  outsidePath,
  writeOutside,
  acrossMounts,
  staleFile,
  foreignProgram,
  undownloaded,
  oldWasmOpt,
];

/** The words of Cargo, rustup's proxies and rustc, up to Rust 1.95. */
const componentComplaints = [
  /no such command: `(clippy|fmt|miri)`/g,
  /'(?:cargo-)?(clippy|fmt|miri)(?:\.exe)?' is not installed for the toolchain/g,
  /'(rustfmt|clippy-driver|rustdoc|llvm-\w+)(?:\.exe)?' is not installed for the toolchain/g,
  /could not execute process `(rustfmt|clippy-driver)\b/g,
  /failed to find (llvm-(?:profdata|cov))/g,
];

const components: Readonly<Record<string, string>> = {
  fmt: "rustfmt",
  "clippy-driver": "clippy",
  rustdoc: "rustc",
};

const missingTarget = /the `([\w.-]+)` target may not be installed/g;

/** A part of the toolchain that was not asked for: a component, or a target's standard library. */
function missingComponent({ text, namedBy }: FailedLog): readonly Finding[] {
  const named = namedBy(componentComplaints);
  const lackedNames = new Set(
    named.map((name) => (name.startsWith("llvm-") ? "llvm-tools" : (components[name] ?? name))),
  );
  const targets = new Set([...text.matchAll(missingTarget)].map((match) => match[1] ?? ""));
  return [
    ...[...lackedNames].map((name) =>
      lacking(`the component \`${name}\``, "components", { name, add: "component" }),
    ),
    ...[...targets].map((name) =>
      lacking(`the standard library of \`${name}\``, "targets", { name, add: "target" }),
    ),
  ];
}

function lacking(what: string, key: string, { name, add }: { name: string; add: string }): Finding {
  return {
    note: `the toolchain lacks ${what}`,
    help: `in \`rust-toolchain.toml\`, which you may have to make, below \`[toolchain]\`: ${key} = ["${name}"], and: rustup ${add} add ${name}`,
  };
}

/** The words of `env!`, of cmake 0.1 and cc 1.2, and of whoever prints `VarError` with the name. */
const variableComplaints = [
  /environment variable `([^`]+)` not defined(?: at compile time)?/g,
  /[Ee]nvironment variable [`"']?(\w+)[`"']? (?:is )?(?:not (?:set|found|defined|present)|must be set|missing)/g,
  /\b([A-Z][A-Z0-9]*_?[A-Z0-9_]+)\b[`"']?(?: (?:must|should) be set| (?:is )?not set)?: (?:NotPresent|environment variable not found)/g,
];

const readVariable = /(?:env::)?\bvar(?:_os)?\(\s*"([^"]+)"/g;

/** What Cargo sets where it should be: declaring it would not help. */
const ofCargo = /^(?:CARGO|DEP)_|^(?:OUT_DIR|TARGET|HOST|NUM_JOBS|OPT_LEVEL|PROFILE|DEBUG|RUSTC|RUSTDOC)$/;

/** A variable of the environment that the build reads and nobody declared. */
function undeclaredVariable({ text, namedBy, panics }: FailedLog): readonly Finding[] {
  const named = namedBy(variableComplaints);
  const absent = panics.filter(
    ({ message }) => message.includes("NotPresent") && !named.some((name) => message.includes(name)),
  );
  const inCode = absent.flatMap(({ code }) =>
    [...code.matchAll(readVariable)].slice(-1).map((match) => match[1] ?? ""),
  );
  const names = [...new Set([...named, ...inCode])].filter((name) => !ofCargo.test(name));
  if (names.length === 0 && named.length === 0 && /\bNotPresent\b/.test(text)) return [unnamedVariable];
  return names.map((name) => ({
    note: `the build reads the variable \`${name}\`, which is not declared`,
    variables: [name],
  }));
}

const unnamedVariable: Finding = {
  note: "the build reads a variable that is not declared; the log does not say which",
  variables: ["NAME"],
};

/** The words of curl, git, glibc's resolver and the kernel. */
const networkComplaint =
  /could not resolve host|failed to lookup address information|temporary failure in name resolution|network is unreachable|NetworkUnreachable|ConnectionRefused|connection refused|name or service not known/i;

/** The network, which no build reaches: what it says changes from day to day. */
function network({ text }: FailedLog): readonly Finding[] {
  if (!networkComplaint.test(text)) return [];
  return [
    {
      note: "a build has no network; crates are fetched before it starts",
      help: insteadOfDownload,
    },
  ];
}

type Kind = { readonly matches: RegExp; readonly finding: (path: string) => Finding };

/** Places that a build may look for, by what is there instead; the first that matches counts. */
const kinds: readonly Kind[] = [
  {
    matches: /\/(?:trees|blobs)\/[0-9a-f]{2}/,
    finding: (path) => ({
      note: `the build reads \`${path}\`; of the store it sees what is declared, and never where it lies`,
      help: "depend on what made it, through `Cargo.toml`, or keep a copy in the project",
    }),
  },
  {
    matches: /^(?:~|\/root|\/home\/[^/]+|\/Users\/[^/]+|\/build\/home)(?:\/|$)/,
    finding: (path) => ({
      note: `the build reads \`${path}\`; its home directory is empty, and nobody's own`,
      help: 'keep the file in the project, where `src` keeps it, or declare what it says: env: { NAME: "…" }',
    }),
  },
  {
    matches: /^(?:\/var)?\/tmp\//,
    finding: (path) => ({
      note: `the build reads \`${path}\`; each step has a \`/tmp\` of its own, empty at the start`,
      help: "keep the file in the project, where `src` keeps it",
    }),
  },
  {
    // What lies below `/usr` is the affair of tools, headers and libraries.
    matches: /^\/(?!build\/|usr\/|bin\/|lib\/|lib64\/|proc\/|dev\/|\/)[\w.-]+\/./,
    finding: (path) => ({
      note: `the build reads \`${path}\`, which lies outside of what it can see`,
      help: "keep the file in the project, where `src` keeps it, or declare the package that brings it",
    }),
  },
];

const missedPathComplaint =
  /No such file|NotFound|os error (?:2|13)\b|Permission ?denied|PermissionDenied|not found/;

/** A file of the host by its absolute path: the user's home, `/tmp`, the store, and whatever else is not declared. */
function outsidePath(log: FailedLog): readonly Finding[] {
  const byPath = new Map<string, Finding>();
  const written = new Set(log.writes.map(({ path }) => path));
  for (const path of missedPaths(log)) {
    if (written.has(path)) continue;
    const kind = kinds.find(({ matches }) => matches.test(path));
    if (kind) byPath.set(path, kind.finding(path));
  }
  return [...byPath.values()];
}

/** Absolute paths in lines that complain (not the `file:line:` that a compiler begins them with), and in the code just before a panic that does. */
function missedPaths({ text, panics }: FailedLog): string[] {
  const lines = text
    .split("\n")
    .filter((line) => missedPathComplaint.test(line) && !line.includes("panicked at"));
  const inLines = lines.flatMap((line) => [
    ...line.matchAll(/(?:^|[\s"'`(=])([~]?\/[^\s"'`():,;]+)(?![^\s"'`():,;]|:\d)/g),
  ]);
  const inCode = panics.flatMap(({ message, code }) => {
    if (!missedPathComplaint.test(message)) return [];
    if (/home_dir\(|"HOME"/.test(code)) return [["", "~/…"]];
    return [...code.matchAll(/"(~?\/[^"\s]+)"/g)].slice(-1);
  });
  return [...inLines, ...inCode].map((match) => match[1] ?? "");
}

const readOnlyComplaint = /Read-only file system|ReadOnlyFilesystem|os error 30\b/;

/** What a library says that found no directory to write to: not that its permission was missing. */
const noDirectoryComplaint = /No such file|NotFound|os error 2\b/;

/** A write into a vendored crate, the toolchain or the system: all of them inputs, which stay as they are. */
function writeOutside({ text, writes }: FailedLog): readonly Finding[] {
  const line = text.split("\n").find((each) => readOnlyComplaint.test(each));
  const refused = (writes.find(({ isMissing }) => !isMissing) ?? writes[0])?.path;
  if (line !== undefined) {
    const named = /(?:^|[\s"'`(=])(\/[^\s"'`():,;]+)/.exec(line)?.[1];
    return [writesTo(named ?? refused)];
  }
  const missing = writes.find(({ isMissing }) => isMissing)?.path;
  return missing !== undefined && noDirectoryComplaint.test(text) ? [writesTo(missing)] : [];
}

function writesTo(path: string | undefined): Finding {
  return {
    note: `the build writes to ${path === undefined ? "an input" : `\`${path}\``}; inputs are read-only`,
    help: "write below `OUT_DIR` in a build script, below `CARGO_TARGET_TMPDIR` or `/tmp` in a test; declare generated files by keeping them in `src`",
  };
}

/** A rename or a hard link from one mount to another, or of a directory that is in the lower layer of an overlay (EXDEV). */
function acrossMounts({ text }: FailedLog): readonly Finding[] {
  if (!/[Ii]nvalid cross-device link|CrossesDevices|os error 18\b/.test(text)) return [];
  return [
    {
      note: "the build renames or links across mounts: the source, `OUT_DIR` and `/tmp` are others, and no directory of the source can be renamed",
      help: "copy instead, and remove the original if need be: std::fs::copy, cp, mv",
    },
  ];
}

/** The heading that `ejectedCheck` gives the differences of a file. */
const written = /^\+\+\+ (.+), by `(gantry eject [^`]+)`$/gm;

/** A file that was written from the description, by what the description says no more. */
function staleFile({ text }: FailedLog): readonly Finding[] {
  return [...text.matchAll(written)].map(([, path = "", command = ""]) => ({
    note: `\`${path}\` is not what the description says now`,
    help: command,
  }));
}

/** The words of shells, which the system has read a program that it does not know, and the system's own. */
const foreignComplaints = [
  /^\/build\/target\/([\w.]+-[\w.-]+)\/\S+: (?:\d+: |.*cannot execute binary file)/gm,
  /`\/build\/target\/([\w.]+-[\w.-]+)\/[^`]+`[^`]*?Exec format error/g,
];

/** Tests for a platform whose programs do not run here, without a runner. */
function foreignProgram({ namedBy }: FailedLog): readonly Finding[] {
  return [...new Set(namedBy(foreignComplaints))].map((platform) => {
    const usual = usualRunner(platform);
    const isEmulated = usual?.startsWith("qemu-") === true;
    const name = `name what runs it, \`env: { ${platformVariable(platform, "RUNNER")}: "${usual ?? "…"}" }\`, and declare its package in \`nativeBuildInputs\``;
    return {
      note: `programs for \`${platform}\` do not run on this machine, and nothing is named that runs them`,
      help: isEmulated ? `install \`qemu-user\`, or ${name}` : name,
    };
  });
}

/** The words of trunk 0.21, which would download the programs that a page needs; one of another version, too. */
const trunkComplaints =
  /couldn't find (?:the required version \(([^)]+)\) of the )?application ([\w-]+) \((?:found|version): ([^)]+)\), unable to download/g;

/** A program that trunk looks for, absent or in another version than its settings ask for. */
function undownloaded({ text }: FailedLog): readonly Finding[] {
  return [...text.matchAll(trunkComplaints)].map((match) => {
    const [, wanted, program = "", other = ""] = match;
    if (wanted === undefined)
      return {
        note: `trunk runs \`${program}\`, which is not among the declared inputs`,
        inputs: [inputForProgram(program)],
      };
    const variable = `TRUNK_TOOLS_${program.toUpperCase().replaceAll("-", "_")}`;
    return {
      note: `trunk wants \`${program}\` ${wanted}, declared is ${other}, and no build downloads another`,
      help:
        program === "wasm-bindgen"
          ? `leave \`wasm-bindgen-cli\` away: Gantry then builds ${wanted}`
          : `declare a package that has ${wanted}, or go by what is there: env: { ${variable}: "${other}" }`,
    };
  });
}

/** What `buildTrunkPackage` finds out before trunk runs. */
function oldWasmOpt({ text }: FailedLog): readonly Finding[] {
  const version = /^error: wasm-opt (\d+) breaks programs with reference types$/m.exec(text)?.[1];
  if (version === undefined) return [];
  return [
    {
      note: `before version 110 wasm-opt exports the wrong table, and the page would not start; this is ${version}`,
      help: 'do without it, by `data-wasm-opt="0"` in the page\'s `<link data-trunk rel="rust">`, or declare a newer one that lies on your `PATH`: nativeBuildInputs: [pkg({ name: "wasm-opt", bins: ["wasm-opt"], names: {} })]',
    },
  ];
}
