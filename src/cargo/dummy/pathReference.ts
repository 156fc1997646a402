import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { placeOf } from "../toml/placeOf.ts";
import type { TomlDocument, TomlPath } from "../toml/toml.ts";

/** A path to a package, as a manifest or a file of settings writes it. */
export type PathReference = {
  readonly name: string;
  readonly path: string;
  /** The directory that the path counts from. */
  readonly from: string;
  readonly document: TomlDocument;
  /** Where in the document it stands. */
  readonly at: TomlPath;
};

/** The path leads out of the source. */
export function outside({ name, path, from, document, at }: PathReference): Diagnostic {
  const above = /^(?:\.\.\/?)+(?=[^/]|$)/.exec(posix.join(from, path))?.[0].replace(/\/$/, "");
  return diagnostic(
    "path-dependency-outside",
    `\`${name}\` is a path dependency outside the source: \`${path}\``,
    {
      place: { ...placeOf(document, at), label: "not visible to a hermetic build" },
      notes: [`it works with plain \`cargo build\` only because \`${path}\` exists on this machine`],
      help: [
        `move \`${name}\` into the source, or depend on it by \`git\` or by version`,
        ...(above === undefined || posix.isAbsolute(path) ? [] : [wider(above)]),
        `to try a local checkout now and then: gantry with ${name}=${path} -- cargo build`,
      ],
    },
  );
}

function wider(above: string): string {
  return `or begin the source above both: src: crane.cleanCargoSource("${above}"), sourceRoot: "<the workspace's directory in it>"`;
}

/** The path stays inside, and there is no package. */
export function absent({ name, path, document, at }: PathReference, directory: string): Diagnostic {
  const manifest = directory === "." ? "Cargo.toml" : `${directory}/Cargo.toml`;
  return diagnostic(
    "path-dependency-missing",
    `\`${name}\` is a path dependency, and \`${manifest}\` is not in the source`,
    {
      place: { ...placeOf(document, at), label: `\`${path}\` has no \`Cargo.toml\`` },
      notes: ["either it does not exist, or the source's filter drops it, or git ignores it"],
      help: [`ls ${manifest}`],
    },
  );
}

/** The path leads through a link, which Cargo would follow. */
export function linked({ name, document, at }: PathReference, link: string): Diagnostic {
  return diagnostic(
    "path-dependency-missing",
    `\`${name}\` is a path dependency through the link \`${link}\``,
    {
      place: { ...placeOf(document, at), label: `\`${link}\` is no directory` },
      notes: ["packages are looked for in the source's own directories, and no link is followed to them"],
      help: [`write the path that it leads to, here and in \`members\`: readlink ${link}`],
    },
  );
}
