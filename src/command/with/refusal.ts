import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { together } from "../../base/together.ts";
import type { Replacement } from "./replacement.ts";
import { type Requirement, requirementsOf } from "./requirementsOf.ts";

/**
 * Nobody accepts the local versions; Cargo would build with the locked ones and warn.
 *
 * @param root where the lock is, as it was before the overrides
 * @param refused at least one
 */
export async function refusal(root: string, refused: readonly Replacement[]): Promise<Diagnostic> {
  const found = await Promise.all(refused.map(async (one) => describe(one, await requirementsOf(root, one))));
  const all = together(found);
  if (all === undefined) throw new Error("nothing was refused");
  return all;
}

function describe(
  { override, locked, local }: Replacement,
  requirements: readonly Requirement[],
): Diagnostic {
  const { name, version } = locked;
  const { written } = override;
  const message = `\`${name}\` at \`${written}\` is version ${local.version}, which no dependent accepts`;
  const asked = requirements.map(
    ({ by, requirement }) => `\`${by}\` requires \`${name} = "${requirement}"\``,
  );
  const [first] = requirements;
  return diagnostic("override-version", message, {
    notes: [...asked, `\`Cargo.lock\` has version ${version}`],
    help: [
      `check out a version in \`${written}\` that is compatible with ${version}`,
      `or write \`version = "${version}"\` in the \`Cargo.toml\` there while you try it`,
      ...(first ? [`or change what \`${first.by.split(" ")[0]}\` requires`] : []),
    ],
  });
}
