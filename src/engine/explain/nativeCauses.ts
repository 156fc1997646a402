import { nativePackages, pkgs } from "../../crane/pkgs/pkgs.ts";
import type { NativePackage } from "../../derivation/model.ts";
import type { Cause, FailedLog, Finding } from "./finding.ts";

/** What the system would have, and no step sees unless it is declared: programs, libraries, headers. */
export const nativeCauses: readonly Cause[] = [
  undeclaredTool,
  missingHistory,
  undeclaredPkgConfig,
  undeclaredHeader,
  undeclaredLibrary,
  missingLinker,
  newerLibc,
];

const program = String.raw`([\w.+/-]*[\w+-])`;

/**
 * How shells, make, env, autoconf, and build scripts say that a program is not there. Sources: dash, bash, GNU
 * make 4, coreutils 9, cmake 0.1, cc 1.2, prost-build 0.14, git-version 0.3, vergen-gitcl 1, and
 * `std::process::Command`'s error.
 */
const toolComplaints = [
  String.raw`\b(?:sh|bash|dash)(?:: line)?(?:: |\s)\d+: ${program}: (?:command )?not found`,
  String.raw`\b(?:bash|sh): ${program}: command not found`,
  String.raw`^make(?:\[\d+\])?: ${program}: No such file or directory`,
  `env: ['‘]?${program}['’]?: No such file or directory`,
  `Can't exec "${program}": No such file`,
  String.raw`is ["'\x60]${program}["'\x60] (?:not )?installed\?`,
  String.raw`could not find ["'\x60]?(protoc)\b`,
  String.raw`\bcommand ["'\x60]${program}["'\x60] not found`,
  // As a warning it is no failure.
  String.raw`^(?!warning: ).*\bno suitable ["'\x60]${program}["'\x60] command found`,
  String.raw`failed to find tool:? ["'\x60]${program}["'\x60]`,
  String.raw`(?:failed to|could not|couldn't|unable to|cannot) (?:run|execute|spawn|start|launch)(?: command| program| process)?:? ["'\x60]*(?!no such|command|program|process)${program}["'\x60]*.*(?:no such file|notfound|not found)`,
  String.raw`(?<![\w.])((?:/usr(?:/local)?)?/s?bin/[\w.+-]+)["'\x60]?:? (?:os \{ code: 2,|no such file|not found)`,
].map((complaint) => new RegExp(complaint, "gim"));

/** The first program that the code starts, reading backwards from where it panicked. */
const started = /Command::new\(\s*"([^"]+)"/g;

/** A program that the build runs and nobody declared. */
function undeclaredTool({ namedBy, panics, text }: FailedLog): readonly Finding[] {
  const named = namedBy(toolComplaints);
  const unnamed = panics.flatMap(({ message, code }) => {
    if (!/NotFound|os error 2\b/.test(message)) return [];
    return [...code.matchAll(started)].slice(-1).map((match) => match[1] ?? "");
  });
  const programs = new Set([...named, ...unnamed].map((path) => path.split("/").at(-1) ?? path));
  return [...programs].filter((name) => name !== "").map((name) => missingTool(name, text));
}

/** What to do for a version string, in the words of the crate that asks for one: git-version 0.3, vergen 9. */
function withoutHistory(text: string): string {
  const lead = "a build sees no history, so git finds no repository in it; what a version string needs";
  if (/\bVERGEN_|\bvergen/.test(text))
    return `${lead} vergen takes from a variable, env: { VERGEN_GIT_SHA: "…" }`;
  const cope = /\bgit_version::|\bgit_version!/.test(text)
    ? ', by git_version!(fallback = "…") and option_env!("COMMIT")'
    : "";
  return `${lead} can be given as a variable, env: { COMMIT: "…" }, and the build cope without it${cope}`;
}

/** The words of git 2: it was declared, and looked for a repository. */
function missingHistory({ text }: FailedLog): readonly Finding[] {
  if (!/^.*fatal: not a git repository\b/m.test(text)) return [];
  return [
    {
      note: "the build asks git for a repository, and `.git` is no part of a source",
      help: withoutHistory(text),
    },
  ];
}

/** Programs that are there to download. */
const downloaders: ReadonlySet<string> = new Set(["aria2c", "axel", "curl", "wget"]);

/** What to do for a build that downloads. */
export const insteadOfDownload =
  "keep what it downloads in the project, as a file that `src` keeps, or depend on a crate that carries it";

function missingTool(name: string, text: string): Finding {
  // To declare it would lead to the next failure.
  if (downloaders.has(name)) {
    return {
      note: `the build runs \`${name}\`, which is not among its declared inputs, and no build has a network: crates are fetched before it starts`,
      help: `${insteadOfDownload}; where it downloads nothing, declare it: nativeBuildInputs: [${inputForProgram(name)}]`,
    };
  }
  return {
    note: `the build runs \`${name}\`, which is not among its declared inputs`,
    inputs: [inputForProgram(name)],
    ...(name === "git" && { help: withoutHistory(text) }),
  };
}

/** The words of glibc's loader, and of GNU ld: what is asked of the C library, or of C++'s, and by which file. */
const libcComplaints = [
  /version [`']((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found \(required by ([^)\s]+)\)/g,
  /undefined reference to [`']\w+@()((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)'/g,
];

/** A native package that was made for a newer C library than the base system has. */
function newerLibc({ text }: FailedLog): readonly Finding[] {
  const [loader, linker] = libcComplaints.map((complaint) => [...text.matchAll(complaint)]);
  const named = (loader ?? []).map(
    ([, version = "", path = ""]) => `\`${path.replace(/.*\//, "")}\` needs \`${version}\``,
  );
  const linked = (linker ?? []).map(([, , version = ""]) => `a library that is linked needs \`${version}\``);
  return [...new Set([...named, ...linked])].map((needs) => ({
    note: `${needs}, and the libc of the base system is older`,
    help:
      "native packages come from this machine: where `gantry.lock` pins a base system, pin that of the newest machine " +
      "(there: gantry cache push --base-system), or build on one of the distribution that is pinned",
  }));
}

/** The words of pkg-config, of pkgconf, and of the crate `pkg-config` 0.3. */
const pkgConfigComplaints = [
  /Package '?([\w.+-]+)'? was not found in the pkg-config search path/g,
  /Package '([\w.+-]+)'(?:, required by '[^']*',)? not found/g,
  /No package '([\w.+-]+)' found/g,
  /The system library `([^`]+)` required by crate `[^`]*` was not found/g,
  /Could not run `[^`]*\bpkg-config\b[^`]*?["']?([\w.+-]+)["']?(?: >= \S+)?["']?`/g,
  /\/pkgconfig\/([\w.+-]+)\.pc["'`]?[: ].*(?:No such file|NotFound)/g,
];

/** How openssl-sys 0.9 ends, whatever it tried before. */
const withoutOpenssl = /Could not find directory of OpenSSL installation/;

/** A library that the build looks up with `pkg-config` and nobody declared, or `pkg-config` itself. */
function undeclaredPkgConfig({ text, namedBy }: FailedLog): readonly Finding[] {
  // It was there, and could not run.
  if (/required by \S*(?:libpkgconf\.so|pkg-?conf(?:ig)?\b)/.test(text)) return [];
  const modules = new Set(namedBy(pkgConfigComplaints));
  if (withoutOpenssl.test(text)) modules.add("openssl");
  const libraries = [...modules].map(
    (module): Finding => ({
      note: `the build asks \`pkg-config\` for \`${module}\`, which no declared input brings`,
      ...inputsForPkgConfig(module),
    }),
  );
  if (libraries.length > 0 || !/pkg-config command could not be modules/.test(text)) return libraries;
  return [{ note: "the build runs `pkg-config`, which is not declared", inputs: ["pkgs.pkgConfig"] }];
}

/** gcc's words, clang's, and a path below `/usr/include` that somebody opens. */
const headerComplaints = [
  /fatal error: '?([\w./+-]+\.(?:h|hh|hpp|hxx))'?(?:: No such file or directory| file not found)/g,
  /\/usr\/(?:local\/)?include\/([\w./+-]+\.(?:h|hh|hpp|hxx))["'`]?[: ].*(?:No such file|NotFound)/g,
];

/** A C header that the build includes and nobody declared. */
function undeclaredHeader({ namedBy }: FailedLog): readonly Finding[] {
  const headers = new Set(namedBy(headerComplaints));
  return [...headers].map((header) => ({
    note: `the build includes \`${header}\`, which no declared input brings`,
    libraries: [inputForHeader(header)],
  }));
}

/** The words of GNU ld, lld, mold, rustc for static libraries, and of bindgen for the one it loads. */
const libraryComplaints = [
  /(?:cannot find|unable to find library) -l:?(?:lib)?([\w.+-]+?)(?:\.(?:so|a)\b[\w.]*)?(?=[:\s]|$)/gm,
  /library not found: ([\w.+-]+)/g,
  /could not find native static library `([^`]+)`/g,
  /Unable to find lib(clang)\b/g,
];

/** A library that is linked or loaded and nobody declared. */
function undeclaredLibrary({ namedBy }: FailedLog): readonly Finding[] {
  const names = new Set(namedBy(libraryComplaints));
  return [...names].map((name) => ({
    note: `the build links \`lib${name}\`, which no declared input brings`,
    // `bindgen` loads that one itself.
    ...(name === "clang" ? { inputs: ["pkgs.libclang"] } : { libraries: [inputForLibrary(name)] }),
  }));
}

/** The words of rustc, clang and gcc; gcc says only `ld`, so the flag is looked for in the command that rustc shows. */
const linkerComplaints = [
  /linker `([^`]+)` not found/g,
  /invalid linker name in (?:argument )?'-fuse-ld=([\w.-]+)'/g,
  /-fuse-ld=([\w.-]+)[^\n]*(?:\n[^\n]*){0,8}collect2: fatal error: cannot find 'ld'/g,
];

const linkerPrograms: Readonly<Record<string, string>> = { lld: "ld.lld" };

/** A linker that Cargo's settings or `RUSTFLAGS` ask for and nobody declared. */
function missingLinker({ namedBy }: FailedLog): readonly Finding[] {
  const linkers = new Set(namedBy(linkerComplaints));
  return [...linkers].map((linker) => ({
    note: `the linker \`${linker}\` is not among the declared inputs`,
    inputs: [inputForProgram(linkerPrograms[linker] ?? linker.split("/").at(-1) ?? linker)],
  }));
}

/** A native package as one writes it in a configuration. */
export function nativeInput(wanted: Pick<NativePackage, "name">): string {
  return Object.hasOwn(pkgs, wanted.name) ? `pkgs.${wanted.name}` : `pkg({ name: "${wanted.name}", … })`;
}

/** What brings a program; for one that the table lacks, how to describe it. */
export function inputForProgram(bin: string): string {
  const known = nativePackages.find((each) => each.bins.includes(bin));
  return known ? nativeInput(known) : `pkg({ name: "${bin}", bins: ["${bin}"], names: { apt: "…" } })`;
}

/** What brings a `.pc` file, and `pkg-config`, without which nobody finds it. */
function inputsForPkgConfig(module: string): Pick<Finding, "inputs" | "libraries"> {
  const known = nativePackages.find((each) => each.pkgConfig.includes(module));
  const library = known
    ? nativeInput(known)
    : `pkg({ name: "${module}", pkgConfig: ["${module}"], names: { apt: "…" } })`;
  return { inputs: ["pkgs.pkgConfig"], libraries: [library] };
}

/** What brings `lib<name>.so` or `lib<name>.a`. */
function inputForLibrary(name: string): string {
  const known =
    nativePackages.find((each) => each.libraries.includes(name)) ??
    nativePackages.find(({ pkgConfig }) => pkgConfig.includes(name) || pkgConfig.includes(`lib${name}`));
  return known ? nativeInput(known) : `pkg({ name: "${name}", names: { apt: "…" } })`;
}

/** What brings a header, given as the code includes it. */
function inputForHeader(path: string): string {
  const [first = path] = path.split("/");
  const known = nativePackages.find(({ headers }) => headers.includes(path) || headers.includes(`${first}/`));
  const name = path.replace(/\.\w+$/, "").replaceAll("/", "-");
  return known ? nativeInput(known) : `pkg({ name: "${name}", names: { apt: "…" } })`;
}
