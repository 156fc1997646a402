/**
 * A whole `gantry.config.ts` that offers what a project without one offers, with some more arguments for every
 * step. Whoever has no configuration can save it as it is.
 *
 * @param declarations as in the arguments of `buildPackage`: `nativeBuildInputs: [pkgs.zlib]`
 */
export function configurationText(declarations: readonly string[]): string {
  const text = declarations.join(" ");
  const names = ["crane", "fileset", ...(/\bpkgs\./.test(text) ? ["pkgs"] : [])];
  const imports = /\bpkg\(/.test(text) ? "defineProject, pkg" : "defineProject";
  return `import { ${imports} } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
  const src = fileset.everything();
  const common = { ${["src", ...declarations].join(", ")} };
  return {
    packages: { default: crane.buildPackage({ ...common, doCheck: false }) },
    checks: {
      clippy: crane.cargoClippy(common),
      fmt: crane.cargoFmt({ src }),
      test: crane.cargoTest(common),
    },
  };
});`;
}
