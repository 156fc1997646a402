import { existsSync, readFileSync } from "node:fs";
import { unreachable } from "../base/narrowing.ts";
import { ok } from "../base/result.ts";
import { packageSystems } from "../crane/pkgs/package.ts";
import type { NativePackage } from "../derivation/model.ts";
import { compilerPackages } from "../fetch/native/packageSystem.ts";
import { shellWord } from "../shell/quote.ts";
import { type EjectedFile, headOf, type MakeFiles } from "./ejectedFile.ts";
import {
  type CargoTool,
  type RustupToolchain,
  type SetupFacts,
  setupFacts,
  type ValuePart,
} from "./setupFacts.ts";

/**
 * `setup.sh`: what plain Cargo needs, installed by rustup, the system's package manager and `cargo install`, for those who
 * have neither Gantry nor Nix. POSIX shell.
 *
 * Errors: those of `setupFacts`.
 */
export const setupScript: MakeFiles = (subject) => {
  const facts = setupFacts(subject, path);
  if (!facts.ok) return facts;
  const file: EjectedFile = {
    path,
    text: scriptOf(facts.value),
    command,
    next: "commit it; who has neither Gantry nor Nix runs ./setup.sh",
    isExecutable: true,
    ...(Object.keys(facts.value.variables).length > 0 && { own: ".env" }),
  };
  return ok([file]);
};

const path = "setup.sh";
const command = "gantry eject setup";

/**
 * The text of the script: `setupTemplate.sh` with what the project needs, and without the functions that nothing of that
 * calls.
 */
export function scriptOf(facts: SetupFacts): string {
  const parts = Object.values(facts.variables).flat();
  const used: Readonly<Record<string, boolean>> = {
    active: facts.toolchain.name === undefined,
    named: facts.toolchain.name !== undefined,
    oldest: facts.toolchain.oldest !== undefined,
    directory: needsDirectory(facts.toolchain) || mayChooseAnother(facts.toolchain),
    tools: facts.tools.length > 0,
    variables: parts.length > 0,
    hooks: facts.hasHooks,
    notes: facts.hasHooks || facts.toolchain.extra !== undefined,
    extra: facts.toolchain.extra !== undefined,
    sources: facts.toolchain.extra !== undefined && facts.toolchain.name !== undefined,
    program: parts.some(({ type }) => type === "program"),
    sysroot: parts.some(({ type }) => type === "toolchain"),
  };
  const texts: Readonly<Record<string, string>> = {
    head: headOf(command).trimEnd(),
    summary: summaryOf(facts),
    needs: needsOf(facts),
    cargo: `have rustup || ${contentWithout(facts.toolchain)} ||`,
  };
  return template()
    .replace(/^#if (\w+)\n([\s\S]*?)^#end\n/gm, (_, name: string, text: string) => (used[name] ? text : ""))
    .replace(/^#<(\w+)>$/gm, (_, name: string) => texts[name] ?? "");
}

/** Beside this file, or where the bundle has it. */
function template(): string {
  const places = ["setupTemplate.sh", "../src/eject/setupTemplate.sh"].map(
    (place) => `${import.meta.dirname}/${place}`,
  );
  const file = places.find((place) => existsSync(place));
  if (file === undefined) throw new Error(`no text of the script at ${places.join(" or ")}`);
  return readFileSync(file, "utf8");
}

function summaryOf({ toolchain, native, tools, variables, perhaps, hasHooks }: SetupFacts): string {
  const { name = "whichever there is", oldest, components, targets, extra } = toolchain;
  const since = oldest === undefined ? "" : `, from Rust ${oldest} on`;
  const named = [...components, ...targets].join(", ");
  const rows = [
    ["toolchain", `${name}${since}${named === "" ? "" : ` with ${named}`}; by rustup`],
    [
      "packages",
      `${["a C compiler", ...native.map((each) => each.name)].join(", ")}; by apt, dnf, pacman, apk or brew`,
    ],
    ["tools", tools.map(({ crate, version = "" }) => `${crate} ${version}`.trimEnd()).join(", ")],
    [
      "variables",
      Object.keys(variables)
        .map((each) => (each === "RUST_SRC_PATH" && extra ? `${each} if there is rust-src` : each))
        .join(", "),
    ],
    ["hooks", hasHooks ? "of git, where prek or pre-commit is" : ""],
    ["perhaps", perhaps.map(({ name, because }) => `${name}, for some features of ${because}`).join("; ")],
  ] as const;
  const filled = rows.filter(([, text]) => text !== "");
  return filled
    .flatMap(([row, text]) =>
      wrapped(text, 100).map((line, index) => `#   ${(index === 0 ? row : "").padEnd(11)}${line}`),
    )
    .join("\n");
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const each of text.split(" ")) {
    if (line !== "" && line.length + 1 + each.length > width) {
      lines.push(line);
      line = each;
    } else line = line === "" ? each : `${line} ${each}`;
  }
  return [...lines, line];
}

function needsOf({ toolchain, native, tools, variables }: SetupFacts): string {
  const lists = [
    ["packages", ["# What rustc links with.", packageCall(compiler), ...native.map(packageCall)]],
    [
      "rust",
      [
        ...(toolchain.name === undefined ? contentCalls(toolchain) : []),
        "rustup_itself",
        ...(toolchain.oldest === undefined
          ? []
          : [`newer_toolchain ${toolchain.oldest} ${askedName({ ...toolchain, oldest: undefined })}`]),
        toolchainCall(toolchain),
        ...(mayChooseAnother(toolchain)
          ? ['if [ -n "${newer-}" ]; then toolchain_of_directory "$newer"; fi']
          : []),
        ...(needsDirectory(toolchain) ? [`toolchain_of_directory ${toolchain.name}`] : []),
      ],
    ],
    ["tools", tools.flatMap(toolCalls)],
    [
      "variables",
      Object.entries(variables).flatMap(([name, parts]) => {
        const isLiteral = parts.some((part) => part.type === "text" && /[$`]/.test(part.text));
        const value = parts.map((part) => shellText(part)).join("");
        const call = `variable ${name} ${value}`;
        // A toolchain that is there, or did not come by rustup, may go without.
        if (name === "RUST_SRC_PATH" && (toolchain.name === undefined || toolchain.extra))
          return [
            toolchain.name === undefined ? `if [ -d ${value} ]; then` : "if has_sources; then",
            `    ${call}`,
            "fi",
          ];
        return [...(isLiteral ? ["# shellcheck disable=SC2016"] : []), call];
      }),
    ],
  ] as const;
  return lists
    .filter(([, calls]) => calls.length > 0)
    .map(([name, calls]) => `${name}() {\n${calls.map((call) => `    ${call}\n`).join("")}}`)
    .join("\n\n");
}

/** Without them nothing is linked, and no description names them. */
const compiler: Omit<NativePackage, "type"> = {
  name: "compiler",
  bins: ["cc"],
  pkgConfig: [],
  names: compilerPackages,
};

function needsDirectory({ name, isInFile }: RustupToolchain): boolean {
  return name !== undefined && !isInFile;
}

/** In the place of one that rustup starts here and that is too old. */
function mayChooseAnother({ name, oldest }: RustupToolchain): boolean {
  return name === undefined && oldest !== undefined;
}

function contentCalls({ oldest }: RustupToolchain): readonly string[] {
  if (oldest === undefined)
    return [
      "# No toolchain is named, so one that did not come by rustup does.",
      "if have cargo && ! have rustup; then return; fi",
    ];
  return [
    "# No toolchain is named, so one that did not come by rustup does, if it is not too old.",
    "if have cargo && ! have rustup; then",
    `    if is_new_enough ${oldest} rustc; then return; fi`,
    `    missing "Rust ${oldest} or later: rustc is $release"`,
    "fi",
  ];
}

/** Whether the machine has a Cargo that will do, wherever it came from. */
function contentWithout({ oldest }: RustupToolchain): string {
  return oldest === undefined ? "have cargo" : `{ have cargo && is_new_enough ${oldest} rustc; }`;
}

function askedName({
  name,
  oldest,
}: Pick<RustupToolchain, "name"> & { oldest?: string | undefined }): string {
  if (name !== undefined) return shellWord(name);
  return oldest === undefined ? '"$(active_toolchain)"' : '"${newer-$(active_toolchain)}"';
}

function packageCall({ name, bins, pkgConfig, names }: Omit<NativePackage, "type">): string {
  const brought = [
    ...(bins.length > 0 ? [`programs=${shellWord(bins.join(" "))}`] : []),
    ...(pkgConfig.length > 0 ? [`libraries=${shellWord(pkgConfig.join(" "))}`] : []),
  ];
  const called = packageSystems.flatMap((manager) => {
    if (manager === "nixpkgs") return [];
    const list = names[manager];
    return list === undefined ? [] : [`${manager}=${shellWord(list.join(" "))}`];
  });
  return `native ${[shellWord(name), ...brought].join(" ")} \\\n        ${called.join(" ")}`;
}

function toolchainCall({ components, targets, profile, extra = [], ...toolchain }: RustupToolchain): string {
  const more = extra.length > 0 ? [profile, extra.join(" ")] : profile === "minimal" ? [] : [profile];
  const rest = [components.join(" "), targets.join(" "), ...more];
  return `toolchain ${askedName(toolchain)} ${rest.map(shellWord).join(" ")}`;
}

function toolCalls({ crate, version = "", features, toolchain }: CargoTool): readonly string[] {
  const rest = [version, features.join(","), toolchain?.name ?? ""];
  while (rest.at(-1) === "") rest.pop();
  const call = `tool ${[crate, ...rest].map(shellWord).join(" ")}`;
  return toolchain?.name === undefined ? [call] : [toolchainCall(toolchain), call];
}

function shellText(part: ValuePart): string {
  switch (part.type) {
    case "text":
      return shellWord(part.text);
    case "program":
      return `"$(program ${shellWord(part.name)})"`;
    case "source":
      return '"$PWD"';
    case "toolchain":
      return '"$(sysroot)"';
    default:
      return unreachable(part);
  }
}
