import type { Data } from "../../base/digest.ts";
import type { ImageConfig, ImagePhase } from "../../derivation/image.ts";
import type { ContentDigest, ImageFile } from "../../oci/layout.ts";

/** A layer that lies over those of the base. */
export type OwnLayer = {
  /** For people: `server`. */
  readonly name: string;
  /** Of the archive, not packed. */
  readonly diff: ContentDigest;
};

/** As all else in an image: a second after the epoch, like the files of the store. */
const created = "1970-01-01T00:00:01Z";

/**
 * The configuration of an image: the base's, with what is said besides. As for a Dockerfile, an entry point of one's own
 * does away with the base's arguments.
 */
export function configFile(
  { config, architecture }: Pick<ImagePhase, "config" | "architecture">,
  layers: readonly OwnLayer[],
  base?: ImageFile,
): Data {
  const before = base?.history ?? base?.rootfs.diff_ids.map(() => ({ empty_layer: false })) ?? [];
  return {
    architecture,
    config: containerConfig(config, base),
    created,
    history: [
      ...before.map(({ empty_layer }) => ({
        created,
        comment: "of the base image",
        ...(empty_layer && { empty_layer }),
      })),
      ...layers.map(({ name }) => ({ created, created_by: "gantry", comment: name })),
    ],
    os: "linux",
    rootfs: {
      type: "layers",
      diff_ids: [...(base?.rootfs.diff_ids ?? []), ...layers.map(({ diff }) => diff)],
    },
  };
}

function containerConfig(own: ImageConfig, base: ImageFile | undefined): Data {
  const below = base?.config ?? {};
  const entrypoint = own.Entrypoint ?? below.Entrypoint ?? undefined;
  const cmd = own.Cmd ?? (own.Entrypoint ? undefined : (below.Cmd ?? undefined));
  const env = { ...variablesOf(below.Env ?? []), ...own.Env };
  const ports = unitedNames(below.ExposedPorts, own.ExposedPorts);
  const volumes = unitedNames(below.Volumes, own.Volumes);
  const labels = { ...below.Labels, ...own.Labels };
  const user = own.User ?? below.User ?? "";
  const directory = own.WorkingDir ?? below.WorkingDir ?? "";
  const signal = own.StopSignal ?? below.StopSignal ?? "";
  return {
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(cmd && { Cmd: cmd }),
    ...(Object.keys(env).length > 0 && {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    }),
    ...(ports.length > 0 && { ExposedPorts: asSet(ports) }),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    ...(signal !== "" && { StopSignal: signal }),
    ...(user !== "" && { User: user }),
    ...(volumes.length > 0 && { Volumes: asSet(volumes) }),
    ...(directory !== "" && { WorkingDir: directory }),
  };
}

function variablesOf(env: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map((each) => [each.replace(/=.*/s, ""), each.replace(/^[^=]*=?/, "")]));
}

/** The OCI has a set as an object whose values are empty. */
function unitedNames(
  below: Readonly<Record<string, unknown>> | null | undefined,
  own: readonly string[] = [],
): string[] {
  return [...new Set([...Object.keys(below ?? {}), ...own])];
}

function asSet(names: readonly string[]): Data {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
