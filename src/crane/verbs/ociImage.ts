import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { crateNameIn } from "../../cargo/manifest/crateName.ts";
import { isTable, parseToml, type TomlTable, type TomlValue } from "../../cargo/toml/toml.ts";
import { type BaseImage, goArchitecture, type ImageConfig } from "../../derivation/image.ts";
import type { Derivation, Input, NativePackage, Source } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { byName } from "../arguments/byName.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import { platformsOf } from "../tools/crossToolchain.ts";

/** Named as those of nixpkgs' `dockerTools.buildLayeredImage`. */
export type OciImageArgs = {
  /** What lies in the image, from `/` on, each as a layer of its own: steps, files of the project, `pkgs.cacert`. */
  readonly contents: readonly (Derivation | Source | NativePackage)[];
  /** As registries have it: `registry.example.org/team/server`. Default: that of the first step. */
  readonly name?: string;
  /** Default: `latest`. */
  readonly tag?: string;
  /**
   * The image that it begins with: one of a registry by its digest, or an image layout on disk. Default: none; what the
   * programs load comes from the base system.
   */
  readonly fromImage?: string | { readonly path: string; readonly digest: string };
  /** How a container is started. */
  readonly config?: OciImageConfig;
};

/** In the words of the OCI's image specification. What is absent is that of `fromImage`. */
export type OciImageConfig = Omit<ImageConfig, "ExposedPorts"> & {
  /** The program, with its first arguments. Default: the program of the first step. */
  readonly Entrypoint?: readonly string[];
  /** Arguments that whoever starts the image may replace. Default: none. */
  readonly Cmd?: readonly string[];
  /** Default: none. */
  readonly Env?: Readonly<Record<string, string>>;
  /** `8080` is that of TCP. Default: none. */
  readonly ExposedPorts?: readonly (number | string)[];
  /** Beside those that are made from the manifest. Default: none. */
  readonly Labels?: Readonly<Record<string, string>>;
  /** Default: that of the container tool, `SIGTERM`. */
  readonly StopSignal?: string;
  /** `UID` or `UID:GID`; with `fromImage` also names that it has. Default: without `fromImage` `65532:65532`, which is not root. */
  readonly User?: string;
  /** Directories that outlive a container. Default: none. */
  readonly Volumes?: readonly string[];
  /** Default: `/`. */
  readonly WorkingDir?: string;
};

const absolute = v.pipe(
  v.string(),
  v.check((path) => path.startsWith("/") && !path.includes("\0"), "an absolute path"),
);
const command = v.pipe(v.array(v.string()), v.minLength(1, "a list with a program"));
const port = v.pipe(
  v.unknown(),
  v.check(
    (given) =>
      /^\d{1,5}(\/(tcp|udp|sctp))?$/.test(String(given)) && isPort(Number.parseInt(String(given), 10)),
    'a port, such as `8080` or `"53/udp"`',
  ),
);
const variable = v.pipe(
  v.string(),
  v.check((name) => name !== "" && !/[=\0]/.test(name), "a name without `=`"),
);

const configSchema = {
  Entrypoint: v.optional(command),
  Cmd: v.optional(v.array(v.string())),
  Env: v.optional(byName(v.string(), variable)),
  ExposedPorts: v.optional(v.array(port)),
  Labels: v.optional(byName(v.string())),
  StopSignal: v.optional(
    v.pipe(
      v.string(),
      v.check((signal) => /^(SIG[A-Z0-9+-]+|\d+)$/.test(signal), "a signal, such as `SIGINT`"),
    ),
  ),
  User: v.optional(v.string()),
  Volumes: v.optional(v.array(absolute)),
  WorkingDir: v.optional(absolute),
} satisfies Schema<OciImageConfig>;

const contentWanted = "a step, a source, or `pkgs.cacert`";

export const ociImageSchema = {
  contents: v.pipe(
    v.array(
      v.looseObject({ type: v.picklist(["derivation", "source", "native"], contentWanted) }, contentWanted),
    ),
    v.minLength(1, "a list that is not empty"),
  ),
  name: v.optional(
    v.pipe(
      v.string(),
      v.check(isImageName, "a name of a repository: lower case, digits, `.`, `_`, `-` and `/`"),
    ),
  ),
  tag: v.optional(v.pipe(v.string(), v.check(isImageTag, "a tag: letters, digits, `.`, `_` and `-`"))),
  fromImage: v.optional(v.union([v.string(), v.strictObject({ path: v.string(), digest: v.string() })])),
  config: v.optional(v.strictObject(configSchema)),
} satisfies Schema<OciImageArgs>;

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

/** Whether registries take it for the name of a repository, perhaps with their own before it. */
export function isImageName(name: string): boolean {
  return /^([\w.-]+(:\d+)?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(name);
}

/** Whether registries take it for a tag. */
export function isImageTag(tag: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(tag);
}

/**
 * A container image of what was built, as an image layout: the same bytes each time (nixpkgs' `dockerTools`). A program
 * that is linked to libraries gets them, and its loader, from the base system that it was built in; one that is linked
 * statically gets nothing.
 *
 * Labels are made from the package's manifest: title, version, description, licences and repository.
 *
 * @throws Refused: `configuration-argument`, `image-base-unpinned`, `image-user`
 * @example
 * const image = crane.ociImage({
 *   contents: [server, pkgs.cacert],
 *   config: { ExposedPorts: [8080], Env: { RUST_LOG: "info" } },
 * });
 */
export function ociImage(context: LibContext, args: OciImageArgs): Derivation {
  const { contents, tag = "latest" } = args;
  const { ExposedPorts, ...config } = args.config ?? {};
  const steps = contents.filter((each) => each.type === "derivation");
  const [first] = steps;
  const other = contents.find((each) => each.type === "native" && each.name !== "cacert");
  if (other?.type === "native") refuse(noContent(other.name));
  const name = args.name ?? imageName(first?.name ?? "image");
  const architecture = architectureOf(context, steps);
  const base = args.fromImage === undefined ? undefined : baseOf(args.fromImage, architecture);
  const natives = steps.flatMap(inputsOf).filter((input) => input.type === "native");
  const mounted = contents.map((each, index): [string, Input] => [
    `${world.image}/${index}`,
    each.type === "derivation" ? { type: "output", of: each } : each,
  ]);
  const user = config.User ?? (base ? undefined : "65532:65532");
  if (!base && user !== undefined && !/^\d+(:\d+)?$/.test(user)) refuse(userUnknown(user));
  return {
    type: "derivation",
    name: `${lastOf(name)}-image`,
    phases: [
      {
        type: "image",
        format: 1,
        name,
        tag,
        contents: contents.map((each, index) => ({
          at: `${world.image}/${index}`,
          name: each.type === "source" ? "files" : each.name,
          ...(each.type === "native" && { isCertificates: true }),
        })),
        ...(base && { base: `${world.image}/base` }),
        system: `${world.image}/system`,
        architecture,
        config: {
          ...config,
          ...(ExposedPorts && { ExposedPorts: ExposedPorts.map(withProtocol) }),
          Labels: { ...labelsOf(context, first, name), ...config.Labels },
          ...(user !== undefined && { User: user }),
        },
      },
    ],
    env: {},
    mounts: {
      ...Object.fromEntries(mounted),
      ...(base
        ? { [`${world.image}/base`]: base }
        : { [`${world.image}/system`]: [...natives, { type: "base-system" }] }),
    },
  };
}

function noContent(name: string) {
  return diagnostic("configuration-argument", `the package \`${name}\` cannot be in an image`, {
    notes: ["libraries that programs load come by themselves, and of packages `pkgs.cacert` can be named"],
    help: ["begin with an image that has it: fromImage"],
    status: 2,
  });
}

function withProtocol(port: number | string): string {
  return /\//.test(String(port)) ? String(port) : `${port}/tcp`;
}

function lastOf(name: string): string {
  return name.replace(/^.*\//, "");
}

/** A step may be called as no repository can be. */
function imageName(step: string): string {
  const name = step
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return name === "" ? "image" : name;
}

/** Of the platform that the first step compiles for. */
function architectureOf({ settings, host }: LibContext, steps: readonly Derivation[]): string {
  const platforms = steps.flatMap((step) => {
    const [source] = inputsOf(step).filter((input) => input.type === "source");
    return platformsOf(step.phases, step.env, source && settings(source));
  });
  return goArchitecture(platforms[0] ?? host) ?? "amd64";
}

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** @throws Refused: `image-base-unpinned` */
function baseOf(from: NonNullable<OciImageArgs["fromImage"]>, architecture: string): BaseImage {
  if (typeof from === "object") {
    if (!digestPattern.test(from.digest))
      refuse(unpinned(from.path, "skopeo inspect --format '{{.Digest}}' oci:"));
    return { type: "base-image", path: from.path, digest: from.digest, architecture };
  }
  const [named = "", digest = ""] = from.split("@");
  const tagged = /:[\w.-]+$/.test(named.replace(/^.*\//, ""));
  const repository = tagged ? named.replace(/:[\w.-]+$/, "") : named;
  if (!digestPattern.test(digest)) refuse(unpinned(named, "skopeo inspect --format '{{.Digest}}' docker://"));
  if (!isImageName(repository)) refuse(badRepository(from));
  return { type: "base-image", repository: completed(repository), digest, architecture };
}

/** As Docker completes it, which has taught people to write `debian`. */
function completed(repository: string): string {
  const [first = "", ...more] = repository.split("/");
  if (more.length === 0) return `docker.io/library/${repository}`;
  return /[.:]/.test(first) || first === "localhost" ? repository : `docker.io/${repository}`;
}

function unpinned(name: string, ask: string) {
  return diagnostic("image-base-unpinned", `\`fromImage\` does not say by a digest which \`${name}\` it is`, {
    notes: ["a tag may lead to another image tomorrow, and the build would not be the same"],
    help: [
      `ask for the digest: ${ask}${name}`,
      ask.endsWith("oci:")
        ? `fromImage: { path: ${JSON.stringify(name)}, digest: "sha256:…" }`
        : `fromImage: "${name}@sha256:…"`,
    ],
    status: 2,
  });
}

function badRepository(from: string) {
  return diagnostic("image-base-unpinned", `\`${from}\` is no image of a registry`, {
    help: [
      'name it as podman does: "docker.io/library/debian@sha256:…"',
      'or one on disk: fromImage: { path: "base", digest: "sha256:…" }',
    ],
    status: 2,
  });
}

function userUnknown(user: string) {
  return diagnostic("image-user", `the image has no user \`${user}\``, {
    notes: [
      "without `fromImage` nobody has a name but those that the image is given, and Kubernetes wants numbers",
    ],
    help: [
      'say the number: User: "1000:1000"',
      'root is User: "0"',
      "or leave it out: it is 65532, and not root",
    ],
    status: 2,
  });
}

/** What the manifest of a step's source says of it, by the names of the OCI's image specification 1.1 ("Annotations"). */
function labelsOf(context: LibContext, step: Derivation | undefined, name: string): Record<string, string> {
  const [source] = step ? inputsOf(step).filter((input) => input.type === "source") : [];
  const text = source && context.text(source, "Cargo.toml");
  const manifest = text === undefined ? undefined : parseToml("Cargo.toml", text);
  const table = manifest?.ok ? manifest.value.table : {};
  const { version } = crateNameIn(table);
  const labels = {
    title: lastOf(name),
    version,
    description: field(table, "description"),
    licenses: field(table, "license"),
    source: field(table, "repository"),
  };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([label, value]) =>
      value === undefined ? [] : [[`org.opencontainers.image.${label}`, value.trim()]],
    ),
  );
}

/** Of the package, or of what its workspace gives it. */
function field({ package: own, workspace }: TomlTable, name: string): string | undefined {
  const shared = isTable(workspace) ? workspace.package : undefined;
  return [own, shared].map((table) => (isTable(table) ? table[name] : undefined)).find(isText);
}

function isText(value: TomlValue | undefined): value is string {
  return typeof value === "string";
}
