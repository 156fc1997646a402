/**
 * Assembles a container image, as the OCI's image specification has it, of trees that the step sees. What comes out is an
 * image layout.
 */
export type ImagePhase = {
  readonly type: "image";
  /** Raised whenever the same data gives other bytes. */
  readonly format: 1;
  /** As registries have it: `server`, `registry.example.org/team/server`. */
  readonly name: string;
  readonly tag: string;
  /** What lies in it, from `/` on, each as a layer of its own. */
  readonly contents: readonly ImageContent[];
  /** Where the layout of the image lies that it begins with. Default: it begins with nothing. */
  readonly base?: string;
  /** Where libraries are looked for that programs load, as they lie below `/usr`. */
  readonly system: string;
  /** That of the programs, in the words of Go, where there are none: `amd64`. */
  readonly architecture: string;
  readonly config: ImageConfig;
};

type ImageContent = {
  /** Where its tree lies. */
  readonly at: string;
  /** For people: `server`. */
  readonly name: string;
  /** Of a package of certificates, these are taken, as one file. Default: all is. */
  readonly isCertificates?: true;
};

/** How a container of an image is started, in the words of the OCI's specification, which those of `dockerTools` are. */
export type ImageConfig = {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: Readonly<Record<string, string>>;
  readonly ExposedPorts?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly User?: string;
  readonly Volumes?: readonly string[];
  readonly WorkingDir?: string;
};

/** An image on disk or in a registry, whose manifest, or index of several, has a digest. */
export type BaseImage = {
  readonly type: "base-image";
  /** `sha256:…`. */
  readonly digest: string;
  /** Which of an index, in the words of Go. */
  readonly architecture: string;
} & (
  | {
      /** An image layout, as a directory or an archive, relative to the project's root or absolute. */
      readonly path: string;
    }
  | {
      /** In a registry, without a tag: `registry.example.org/team/base`. */
      readonly repository: string;
    }
);

/**
 * What Go calls the processor of a platform, and with it the OCI; undefined for one that neither has a word for.
 *
 * @example
 * goArchitecture("aarch64-unknown-linux-musl") // "arm64"
 */
export function goArchitecture(platform: string): string | undefined {
  const [processor = ""] = platform.split("-");
  return processors.find(([pattern]) => pattern.test(processor))?.[1];
}

const processors: readonly (readonly [RegExp, string])[] = [
  [/^x86_64/, "amd64"],
  [/^aarch64$/, "arm64"],
  [/^i[3-6]86$/, "386"],
  [/^(arm|thumb)v[67]/, "arm"],
  [/^riscv64/, "riscv64"],
  [/^powerpc64le$/, "ppc64le"],
  [/^s390x$/, "s390x"],
];
