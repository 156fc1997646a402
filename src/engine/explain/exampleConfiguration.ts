/**
 * A whole `gantry.config.ts` that offers what a project without one offers (`crane/project.ts`), with some more
 * arguments for every step. Whoever has no configuration can save it as it is. `docs/configuration.md` shows it, too.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 */
export function exampleConfiguration(declarations: readonly string[]): string {
  const text = declarations.join(" ");
  const names = ["crane", "fileset", ...(/\bpkgs\./.test(text) ? ["pkgs"] : [])];
  const imports = /\bpkg\(/.test(text) ? "defineProject, pkg" : "defineProject";
  const args = ["src", ...declarations].join(", ");
  return `import { ${imports} } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
  const src = fileset.everything();
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
      test: crane.cargoTest({ ...common, cargoTestExtraArgs: ["--workspace"] }),
    },
  };
});`;
}
