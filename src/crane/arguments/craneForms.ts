/**
 * The arguments that Crane's functions take by the same name and in the same sense, by the form of their values: what flakes say
 * of them (`gantry eject flake`), and what flakes are taken to say (`gantry init`), follows from that. Each of both says
 * the others by itself.
 */
const names = {
  /** `true`, `false`, or a number. */
  literal: [
    "strictDeps",
    "doCheck",
    "withLlvmCov",
    "doNotRemoveReferencesToRustToolchain",
    "doNotRemoveReferencesToVendorDir",
    "partitions",
  ],
  text: ["pname", "version", "pnameSuffix", "partitionType", "cargoLlvmCovCommand"],
  /** A list, which is shell text in Crane. */
  words: [
    "cargoExtraArgs",
    "cargoTestExtraArgs",
    "cargoClippyExtraArgs",
    "cargoDocExtraArgs",
    "cargoNextestExtraArgs",
    "cargoNextestPartitionsExtraArgs",
    "cargoLlvmCovExtraArgs",
    "cargoTarpaulinExtraArgs",
    "cargoAuditExtraArgs",
    "cargoDenyExtraArgs",
    "cargoDenyChecks",
    "taploExtraArgs",
    "trunkExtraArgs",
    "trunkExtraBuildArgs",
  ],
  /** See `Hook`. */
  hook: ["preBuild", "postBuild", "preCheck", "postCheck", "preInstall", "postInstall"],
  packages: ["nativeBuildInputs", "buildInputs"],
} as const;

/**
 * What is to be done with each of these arguments.
 *
 * @param ways what is to be done with a value of each form
 * @example
 * byArgument({ literal, text, words, hook, packages }).pname // text
 */
export function byArgument<Way>({
  literal,
  text,
  words,
  hook,
  packages,
}: Readonly<Record<keyof typeof names, Way>>): Readonly<Record<string, Way>> {
  const rows = (of: readonly string[], way: Way) => of.map((name) => [name, way] as const);
  return Object.fromEntries([
    ...rows(names.literal, literal),
    ...rows(names.text, text),
    ...rows(names.words, words),
    ...rows(names.hook, hook),
    ...rows(names.packages, packages),
  ]);
}
