import { typesReference } from "../open/editorTypes.ts";

/** The checks that a project has without a configuration, and may be asked about. */
export const checkNames = ["clippy", "fmt", "test"] as const;

export type CheckName = (typeof checkNames)[number];

/** What the configuration of a project is made from. */
export type Described = {
  readonly checks: readonly CheckName[];
  /** Names under `pkgs`, and why each is wanted: "the crate `openssl-sys` needs it". */
  readonly native: readonly { readonly name: string; readonly why: string }[];
  /** The file that says which toolchain; absent: there is none. */
  readonly toolchainFile?: string;
  /** Whether the release profile has `lto`. Default: no. */
  readonly hasLto?: boolean;
};

/**
 * A `gantry.config.ts` that offers what a project without one offers (`crane/project.ts`), with the same keys, and says what
 * it means and what one may want next.
 */
export function configurationText({ checks, native, toolchainFile, hasLto = false }: Described): string {
  const names = ["crane", "fileset", ...(native.length > 0 ? ["pkgs"] : [])];
  return `${typesReference}
// What Gantry builds and checks here. \`gantry show\` lists it; point at a name in the editor to read what it does.
import { defineProject } from "gantry";

export default defineProject(({ ${names.join(", ")} }) => {
  // All that git does not ignore but documentation, CI and the like, unless the code reads that (\`include_str!\`).
  const src = fileset.automatic();
${toolchainLines(toolchainFile)}
  const common = {
    src,
${nativeLines(native)}    // The build sees no variables but these: env: { SQLX_OFFLINE: "true" },
  };
  // The crates of \`Cargo.lock\`, which no edit of the code compiles again; all that follows starts from them.
  const cargoArtifacts = crane.buildDepsOnly(common);
  // \`gantry check\` runs all of them side by side, \`gantry check NAME\` one.
  const checks = {
${checks.map((name) => checkLines[name](hasLto)).join("")}    // doc: crane.cargoDoc({ ...common, cargoArtifacts, env: { RUSTDOCFLAGS: "--deny warnings" } }),
  };
  return {
    packages: {
      // \`gantry build\`: as \`cargo build --release\`. The tests are a check of their own.
      default: crane.buildPackage({ ...common, cargoArtifacts, doCheck: false }),
    },
    checks,
    // \`gantry develop\` enters a shell with what all this needs. With more in it, and \`pkgs\` beside \`crane\` above:
    // devShells: { default: crane.devShell({ checks, packages: [pkgs.jq], env: { RUST_LOG: "debug" } }) },
    // What git runs on staged files before a commit, where somebody says \`gantry hooks install\`. Also: clippy, taplo, ….
    hooks: crane.preCommit({ src, hooks: { rustfmt: true } }),
  };
});
`;
}

const checkLines: Readonly<Record<CheckName, (hasLto: boolean) => string>> = {
  clippy: () => `    clippy: crane.cargoClippy({
      ...common,
      cargoArtifacts,
      cargoClippyExtraArgs: ["--workspace", "--all-targets", "--", "--deny", "warnings"],
    }),
`,
  fmt: () => `    fmt: crane.cargoFmt({ src }),
`,
  test: (
    hasLto,
  ) => `    // As Crane does, in release: without overflow checks and \`debug_assert!\`. As plain \`cargo test\`, with these:
    // add cargoProfile: "dev",
${hasLto ? ltoLines : ""}    test: crane.cargoTest({ ...common, cargoArtifacts, cargoTestExtraArgs: ["--workspace"] }),
`,
};

const ltoLines = `    // which is also much faster: in release \`lto\` has each test program optimised as a whole after each edit.
`;

function toolchainLines(file: string | undefined): string {
  return file === undefined
    ? `  // The toolchain is the one that rustup starts here; \`rust-toolchain.toml\` pins it, for Cargo, too.`
    : `  // The toolchain is that of \`${file}\`.`;
}

function nativeLines(native: Described["native"]): string {
  if (native.length === 0)
    return "    // Programs and libraries of the system, with `pkgs` beside `fileset` above: nativeBuildInputs: [pkgs.protobuf],\n";
  const lines = native.map(({ name, why }) => `      pkgs.${name}, // ${why}\n`);
  return `    nativeBuildInputs: [\n${lines.join("")}    ],\n`;
}
