import type { Hook } from "../../crane/arguments/arguments.ts";
import type { Call } from "../../crane/arguments/calls.ts";
import { pkgs } from "../../crane/pkgs/pkgs.ts";
import type { NativePackage, Tool } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { shellWord } from "../../shell/quote.ts";
import { isIdentifier, type Nix, string, text, word } from "../nix/nix.ts";
import { cannot, type Scope } from "./scope.ts";

/** What a value is said for. */
export type For = {
  /** `env.PROTOC` of `buildPackage`, as a message names it. */
  readonly what: string;
  readonly call: Call | undefined;
  /** Where programs are looked for first: those that the call names. */
  readonly packages: readonly (NativePackage | Tool)[];
  /** The toolchain of rust-overlay. Default: there is none. */
  readonly toolchain?: Nix | undefined;
};

/** A native package, as nixpkgs calls it; several where it is split there. */
export function nativeWords(scope: Scope, pkg: NativePackage, call: Call | undefined): readonly Nix[] {
  const names = pkg.names.nixpkgs ?? [];
  const isPath = (name: string) => name.split(".").every((part) => isIdentifier(part));
  if (names.length > 0 && names.every(isPath)) return names.map((name) => word(`pkgs.${name}`));
  return [
    cannot(scope, `the native package \`${pkg.name}\` has no name in nixpkgs`, {
      call,
      help: [`add it: pkg({ name: "${pkg.name}", names: { nixpkgs: "…" } })`],
    }),
  ];
}

/** What nixpkgs calls the programs that are published as crates. */
export const toolNames: Readonly<Record<string, string>> = {
  "cargo-audit": "cargo-audit",
  "cargo-deny": "cargo-deny",
  "cargo-hakari": "cargo-hakari",
  "cargo-llvm-cov": "cargo-llvm-cov",
  "cargo-nextest": "cargo-nextest",
  "cargo-tarpaulin": "cargo-tarpaulin",
  nixfmt_rs: "nixfmt",
  "taplo-cli": "taplo",
  trunk: "trunk",
};

/** A package or a tool, as nixpkgs calls it; several where it is split there. */
export function packageWords(
  scope: Scope,
  each: NativePackage | Tool,
  call: Call | undefined,
): readonly Nix[] {
  if (each.type === "native") return nativeWords(scope, each, call);
  const { crate, version } = each;
  if (crate === "wasm-bindgen-cli" && version !== undefined)
    return [word(`pkgs.wasm-bindgen-cli_${version.replaceAll(".", "_")}`)];
  const known = toolNames[crate] ?? (crate === "wasm-bindgen-cli" ? crate : undefined);
  if (known !== undefined) return [word(`pkgs.${known}`)];
  return [
    cannot(scope, `it is not known what nixpkgs calls \`${crate}\``, {
      call,
      notes: ["a crate is built from its published source by Gantry, which nixpkgs has packages for"],
      help: [`name the package: pkg({ name: "${crate}", names: { nixpkgs: "${crate}" } })`],
    }),
  ];
}

/**
 * A value in which paths of a step's world stand for what lies elsewhere with Nix: `/usr/bin/protoc` is
 * `"${pkgs.protobuf}/bin/protoc"`.
 */
export function valueText(scope: Scope, value: string, of: For): Nix {
  return text(...valueParts(scope, value, of));
}

const placed = new RegExp(
  `(?<![\\w./-])(?:${world.system}/bin/[\\w.+-]+(?=$|[^\\w./-])|${world.toolchain}(?=$|[^\\w.-])|/(?:build|usr)/[\\w./+-]+|/(?:build|usr)(?=$|[^\\w.-]))`,
  "g",
);

/** A text in which paths of a step's world become what the flake has there. */
export function valueParts(scope: Scope, value: string, of: For): readonly (string | Nix)[] {
  const parts: (string | Nix)[] = [];
  let end = 0;
  for (const match of value.matchAll(placed)) {
    if (match.index > end) parts.push(value.slice(end, match.index));
    parts.push(...partsOf(scope, match[0], of));
    end = match.index + match[0].length;
  }
  if (end < value.length || parts.length === 0) parts.push(value.slice(end));
  return parts;
}

function partsOf(scope: Scope, path: string, of: For): readonly (string | Nix)[] {
  const { what, call, packages, toolchain } = of;
  if (path === world.toolchain && toolchain) return [toolchain];
  const program = path.startsWith(`${world.system}/bin/`) ? path.slice(`${world.system}/bin/`.length) : "";
  const declared = packages.filter((each) => each.type === "native");
  const owner = [...declared, ...Object.values(pkgs)].find(({ bins }) => bins.includes(program));
  if (program !== "" && owner) {
    const [main = word("null")] = nativeWords(scope, owner, call);
    return [main, `/bin/${program}`];
  }
  cannot(scope, `\`${path}\` in ${what} is nowhere with Nix`, {
    call,
    notes: ["each package lies in a directory of its own there, and a build in whichever there is"],
    help: [
      ...(path.startsWith(world.source)
        ? [
            'a path in the source: in a hook as it is there, such as `data/x`; as a variable, by a hook: preBuild: "export NAME=$PWD/data"',
          ]
        : ['a program of a package: pkgs.protobuf.bin("protoc")']),
      "or keep it out of the description, and say it in flake.local.nix",
    ],
  });
  return [path];
}

/** Words of a command, as shell text: `$out` in them is the output. */
export function shellText(words: readonly string[]): string {
  return words.map(commandWord).join(" ");
}

function commandWord(each: string): string {
  if (!/\$(?:out\b|\{out\})/.test(each)) return shellWord(each);
  const quoted = each.replaceAll("${out}", "$out").replace(/["\\`]|\$(?!out\b)/g, "\\$&");
  return /^[\w@%+=:,./$-]+$/.test(quoted) ? quoted : `"${quoted}"`;
}

/** Words as shell text, which Crane takes in their place. */
export function wordsOf(scope: Scope, words: readonly string[], of: For): Nix {
  return string(...valueParts(scope, shellText(words), of));
}

/** A hook's shell text or commands. */
export function hookOf(scope: Scope, hook: Hook, of: For): Nix {
  const shell = typeof hook === "string" ? dedented(hook) : hook.map(shellText).join("\n");
  return text(...valueParts(scope, shell.includes("\n") ? `${shell}\n` : shell, of));
}

/** Without what all lines are indented by, and without empty lines around. */
export function dedented(shell: string): string {
  const lines = shell
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd()
    .split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const common = Math.min(...filled.map((line) => /^ */.exec(line)?.[0].length ?? 0));
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(common))).join("\n");
}
