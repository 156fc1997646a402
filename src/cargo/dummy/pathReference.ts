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

/** How a source is told of. Paths are relative to its root. */
export type SourceWords = {
  /** A path as one types it where commands are given. */
  readonly typed: (path: string) => string;
  /** The arguments of a configuration that give the source from another directory on: `..` is that above its root. */
  readonly beginningAt: (directory: string) => string;
};

/** For who knows nothing else of a source than its files. */
const usual: SourceWords = {
  typed: (path) => path,
  beginningAt: (directory) =>
    `src: crane.cleanCargoSource("${directory}"), sourceRoot: "<the workspace's directory in it>"`,
};

/** The path leads out of the source. */
export function outside({ name, path, from, document, at }: PathReference, words = usual): Diagnostic {
  const place = posix.isAbsolute(path) ? path : posix.join(from, path);
  return diagnostic(
    "path-dependency-outside",
    `\`${name}\` is a path dependency outside the source: \`${path}\``,
    {
      place: { ...placeOf(document, at), label: "not visible to a hermetic build" },
      notes: [`it works with plain \`cargo build\` only because \`${path}\` exists on this machine`],
      help: [
        `move \`${name}\` into the source, or depend on it by \`git\` or by version`,
        ...beginningAboveBoth(place, words),
        `to try a local checkout now and then: gantry with ${name}=${posix.isAbsolute(path) ? path : words.typed(place)} -- cargo build`,
      ],
    },
  );
}

/** A file of settings that another one includes, and that lies outside of the source. */
export function includedOutside({ path, from, document, at }: PathReference, words = usual): Diagnostic {
  const place = posix.isAbsolute(path) ? path : posix.join(from, path);
  return diagnostic(
    "include-outside",
    `\`${document.file}\` includes a file outside the source: \`${path}\``,
    {
      place: { ...placeOf(document, at), label: "not visible to a hermetic build" },
      notes: [`it works with plain \`cargo build\` only because \`${path}\` exists on this machine`],
      help: [
        "move the file into the source, and name it by its path there",
        ...beginningAboveBoth(place, words),
      ],
    },
  );
}

function beginningAboveBoth(place: string, words: SourceWords): string[] {
  const above = /^(?:\.\.\/?)+(?=[^/]|$)/.exec(place)?.[0].replace(/\/$/, "");
  return above === undefined ? [] : [`or begin the source above both: ${words.beginningAt(above)}`];
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

/** The path leads through a link that leads to no directory of the source: others were followed. */
export function linked({ name, document, at }: PathReference, link: string): Diagnostic {
  return diagnostic(
    "path-dependency-missing",
    `\`${name}\` is a path dependency through the link \`${link}\``,
    {
      place: { ...placeOf(document, at), label: `\`${link}\` leads to no directory of the source` },
      notes: ["what lies outside the source is not visible to a hermetic build"],
      help: [`look where it leads, and move what is there into the project: readlink ${link}`],
    },
  );
}
