import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";
import { registryName } from "./registryName.ts";

/** `crate-missing`: crates that are not in Cargo's download cache, and may not or could not be put there. */
export function crateMissing(crates: readonly LockedCrate[], offline: boolean): Diagnostic {
  const many = crates.length === 1 ? "1 crate is" : `${crates.length} crates are`;
  const listed = crates.map((crate) => `\`${crateStem(crate)}\` from ${registryName(crate.source)}`);
  if (offline) {
    return diagnostic("crate-missing", `${many} not downloaded yet, and \`--offline\` forbids to fetch`, {
      notes: listed,
      help: ["fetch once with the network: cargo fetch --locked"],
    });
  }
  return diagnostic(
    "crate-missing",
    `${many} not in Cargo's download cache, though \`cargo fetch\` succeeded`,
    {
      notes: [
        ...listed,
        "a source replacement (`[source.…]` in `.cargo/config.toml`) may have Cargo look elsewhere",
      ],
      help: ["remove the replacement, or add the crates to what it names"],
    },
  );
}
