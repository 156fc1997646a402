import { defineProject } from "gantry";

export default defineProject(({ crane, fileset }) => {
  const src = fileset.union(crane.cleanCargoSource("."), fileset.include("index.html", "styles/**"));
  const page = crane.buildTrunkPackage({ src });
  // The page's code is no concern of the tests, which run on this machine; nor are page and styles.
  const code = { src: crane.cleanCargoSource("."), cargoExtraArgs: ["--locked"] };

  return {
    packages: { default: page },
    checks: {
      page,
      clippy: crane.cargoClippy({
        ...code,
        cargoExtraArgs: ["--locked", "--target", "wasm32-unknown-unknown"],
        cargoClippyExtraArgs: ["--", "-D", "warnings"],
      }),
      fmt: crane.cargoFmt({ src: code.src }),
      tests: crane.cargoTest(code),
    },
  };
});
