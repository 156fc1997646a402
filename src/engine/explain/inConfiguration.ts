import { textOf } from "../../tree/files.ts";

/**
 * Helps that say how to declare something, in the names that the project's own configuration uses; where it has
 * none, the file to write.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 * @param text of `gantry.config.ts`
 * @param ofAll only tests want the declarations, and all steps have these. Default: all want the declarations
 */
export function inConfiguration(
  declarations: readonly string[],
  text: string | undefined,
  ofAll?: readonly string[],
): string[] {
  if (declarations.length === 0) return [];
  if (text === undefined) {
    const ofTests = ofAll && declarations.filter((line) => !ofAll.includes(line));
    const whole = exampleConfiguration(ofAll ?? declarations, ofTests);
    return [`write \`gantry.config.ts\` beside \`Cargo.toml\`:\n${whole}`];
  }
  const code = codeOf(text);
  const mentions = (name: string) => new RegExp(`\\b${name}\\s*[.,(}]`).test(code);
  const lines = declarations.map((line) => asNamedIn(line, text));
  const needs = (name: string) =>
    lines.some((line) => new RegExp(`\\b${name}\\b[.(]`).test(line)) && !mentions(name);
  const names = ["fileset", "pkgs"].filter(needs);
  return [
    ...lines.map((line) => `in \`gantry.config.ts\`: ${line}`),
    ...(names.length > 0
      ? [`and take what it names: defineProject(({ crane, ${names.join(", ")} }) => …)`]
      : []),
    ...(needs("pkg") ? ['and import it: import { defineProject, pkg } from "gantry"'] : []),
  ];
}

/** Strings and comments. */
const notCode = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/.*/g;

function codeOf(text: string): string {
  return text.replace(notCode, "");
}

/** A declaration that calls Crane's functions by the name that they have in a configuration. */
export function asNamedIn(declaration: string, text: string): string {
  return declaration.replace(/\bcrane\./g, `${craneIn(codeOf(text))}.`);
}

/** The name by which a configuration calls Crane's functions. */
function craneIn(code: string): string {
  const bound = [
    ...code.matchAll(/\b([\w$]+)\s*=\s*[\w$]+\s*\.\s*(?:overrideToolchain|appendCrateRegistries)\(/g),
  ];
  const called = /\b([\w$]+)\s*\.\s*(?:cleanCargoSource|build(?:Package|DepsOnly)|cargo[A-Z]\w*)\(/.exec(
    code,
  );
  return bound.at(-1)?.[1] ?? called?.[1] ?? "crane";
}

/** The text of the project's `gantry.config.ts`; undefined where it has none. */
export function configurationText(file: string | undefined): string | undefined {
  return file === undefined ? undefined : textOf(file);
}

/**
 * A whole `gantry.config.ts` that offers what a project without one offers (`crane/project.ts`), with some more
 * arguments for every step. Whoever has no configuration can save it as it is. `docs/configuration.md` shows it, too.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.cmake]`
 * @param ofTests likewise, of what runs the tests alone
 */
export function exampleConfiguration(
  declarations: readonly string[],
  ofTests: readonly string[] = [],
): string {
  const text = [...declarations, ...ofTests].join(" ");
  const names = ["crane", "fileset", ...(/\bpkgs\./.test(text) ? ["pkgs"] : [])];
  const imports = /\bpkg\(/.test(text) ? "defineProject, pkg" : "defineProject";
  const isSource = (line: string): boolean => line.startsWith("src: ");
  const source = declarations.find(isSource)?.slice("src: ".length) ?? "fileset.automatic()";
  const args = ["src", ...declarations.filter((line) => !isSource(line))].join(", ");
  return `import { ${imports} } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
  const src = ${source};
  const cargoArtifacts = crane.buildDepsOnly({ ${args} });
  const common = { ${args}, cargoArtifacts };
  return {
    packages: { default: crane.buildPackage({ ...common, doCheck: false }) },
    checks: {
      clippy: crane.cargoClippy({
        ...common,
        cargoClippyExtraArgs: ["--workspace", "--all-targets", "--", "--deny", "warnings"],
      }),
      fmt: crane.cargoFmt({ src }),
      test: crane.cargoTest({ ${["...common", ...ofTests].join(", ")}, cargoTestExtraArgs: ["--workspace"] }),
    },
  };
});`;
}
