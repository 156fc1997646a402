import { ifDefined } from "./ifDefined.ts";
import type { AutomaticKind, ManifestTarget } from "./manifest.ts";
import type { TomlReader } from "./readToml.ts";

/**
 * The targets that a manifest names: `[lib]`, then each `[[bin]]`, `[[example]]`, `[[test]]`, `[[bench]]`.
 */
export function readTargets(root: TomlReader): readonly ManifestTarget[] {
  const lib = root.child("lib");
  const lists: readonly AutomaticKind[] = ["bin", "example", "test", "bench"];
  return [
    ...(lib ? [readTarget("lib", lib)] : []),
    ...lists.flatMap((kind) =>
      root.list(kind).map((target) => {
        target.required("name");
        return readTarget(kind, target);
      }),
    ),
  ];
}

function readTarget(kind: AutomaticKind, target: TomlReader): ManifestTarget {
  return {
    kind,
    ...ifDefined({
      name: target.string("name"),
      path: target.string("path"),
      crateTypes: target.strings("crate-type"),
      procMacro: target.boolean("proc-macro"),
      harness: target.boolean("harness"),
      test: target.boolean("test"),
      doctest: target.boolean("doctest"),
      bench: target.boolean("bench"),
      doc: target.boolean("doc"),
      edition: target.string("edition"),
    }),
    requiredFeatures: target.strings("required-features") ?? [],
  };
}
