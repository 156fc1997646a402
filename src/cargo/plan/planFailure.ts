import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";

/**
 * What the standard error of a Cargo that could not plan means, in a build that has the lock's packages and
 * no others (wording of Cargo 1.95). Cargo's own words become the causes, with paths from the project's root.
 *
 * Errors: `lock-stale`; `package-unknown`, `profile-unknown`; `rust-version`; `std-not-vendored`; `plan-failed` for all else.
 *
 * @param plan Cargo's arguments
 */
export function planFailure(step: string, plan: readonly string[], said: readonly string[]): Diagnostic {
  const chain = errorChain(said).map(asSeenOutside);
  const text = chain.join("\n");
  if (stale.some((pattern) => pattern.test(text))) {
    return diagnostic("lock-stale", "`Cargo.lock` does not agree with the manifests", {
      causes: chain,
      help: ["cargo update --workspace"],
    });
  }
  if (/^failed to write \S*Cargo\.lock$/m.test(text)) {
    return diagnostic("lock-stale", "Cargo would write `Cargo.lock` anew, which no build may", {
      notes: [
        "without `--locked` it does so where the lock is out of date, and where it only looks otherwise",
      ],
      help: [
        'with it, only the former is an error: cargoExtraArgs: ["--locked", …]',
        "or let Cargo write it: cargo update --workspace",
      ],
    });
  }
  const unknownPackage = /^package ID specification `(.+)` did not match any packages/.exec(text)?.[1];
  if (unknownPackage !== undefined) {
    const similar = /a package with a similar name exists: `(.+)`/.exec(text)?.[1];
    return diagnostic("package-unknown", `the workspace has no package \`${unknownPackage}\``, {
      help: [similar ? `did you mean \`${similar}\`?` : "see what there is: cargo metadata --no-deps"],
      status: 2,
    });
  }
  const unknownProfile = /^profile `(.+)` is not defined/.exec(text)?.[1];
  if (unknownProfile !== undefined) {
    return diagnostic("profile-unknown", `the profile \`${unknownProfile}\` is not defined`, {
      help: [
        `name another, or define it in \`Cargo.toml\`: [profile.${unknownProfile}] inherits = "release"`,
      ],
      status: 2,
    });
  }
  const tooNew = newerThanCompiler(text);
  if (tooNew.length > 0) {
    const who = tooNew.length === 1 ? "a package requires" : "packages require";
    return diagnostic("rust-version", `the toolchain is older than ${who}`, {
      causes: chain,
      help: [
        "use a newer one, by `rustup update`, `rust-toolchain.toml`, or `crane.overrideToolchain` in the configuration",
        "or let the compiler judge: gantry build --ignore-rust-version",
      ],
    });
  }
  if (text.includes("unable to build with the standard library")) {
    // The component may be installed, but only who asks for it sees it; Cargo's advice would help nobody.
    return diagnostic(
      "std-not-vendored",
      `cargo could not plan \`${step}\`, which compiles the standard library`,
      {
        notes: [
          "a build sees the sources of the standard library only where the crates that it needs are vendored",
        ],
        help: [
          'vendor its crates too: cargoVendorDir: crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true })',
        ],
        status: 2,
      },
    );
  }
  return diagnostic("plan-failed", `cargo could not plan \`${step}\``, {
    causes: [`\`cargo ${plan.join(" ")}\``, ...chain],
  });
}

/** Packages that require a newer compiler, each once (wording of Cargo 1.95, and of Cargo 1.56). */
function newerThanCompiler(text: string): readonly string[] {
  const old = /^package `(.+)` cannot be built because it requires rustc/.exec(text)?.[1];
  if (old !== undefined) return [old];
  if (!/^rustc \S+ is not supported by the following package/.test(text)) return [];
  return [...new Set([...text.matchAll(/^ *(\S+) requires rustc /gm)].map(([, name = ""]) => name))];
}

/** The second: a package or version that is not among the vendored ones is not in the lock. */
const stale = [
  /lock file .* because --locked was passed/,
  /^(no matching package named|failed to select a version for the requirement) .*\n(.*\n)*?location searched: the packages of/,
];

/** How Cargo names the replaced registry. */
const vendored = /directory source `\/build\/vendor[^`]*` \(which is replacing (.+)\)/g;

/**
 * Without the sandbox's paths, the stand-in version of the dummy source, and advice for other circumstances.
 */
function asSeenOutside(text: string): string {
  return text
    .replace(/ v0\.0\.0 \(\/build\/source[^)]*\)/g, "")
    .replace(/ \(\/build\/source[^)]*\)/g, "")
    .replace(/^( *\S+)@0\.0\.0(?= requires rustc )/gm, "$1")
    .replaceAll("/build/source/", "")
    .replace(vendored, "the packages of $1 that `Cargo.lock` names")
    .split("\n")
    .filter((line, index, lines) => !line.includes(" requires rustc ") || lines.indexOf(line) === index)
    .filter((line) => !advice.some((pattern) => pattern.test(line)))
    .join("\n")
    .replace(/\n\s*\n/g, "\n")
    .trim();
}

const advice = [
  /^As a reminder, you're using offline mode/,
  /^perhaps a crate was updated and forgotten to be re-vendored/,
  /^help: to generate the lock file without accessing the network/,
];

/**
 * What Cargo says before it gives up, one entry a `Caused by:`, the error itself first: without its status
 * lines, its indentation and the word `error`.
 *
 * @example
 * errorChain(["error: failed to load", "", "Caused by:", "  no such file"]) // ["failed to load", "no such file"]
 */
export function errorChain(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.startsWith("error"));
  const said = start === -1 ? lines : lines.slice(start);
  return said
    .join("\n")
    .split(/^\s*Caused by:\n/m)
    .map((one) =>
      one
        .replace(/^error(\[\w+\])?: /, "")
        .replace(/^ {2}/gm, "")
        .trim(),
    )
    .filter((one) => one !== "");
}

/**
 * Whether the standard error of a failed `cargo … --unit-graph -Z unstable-options` says that this Cargo
 * prints no unit graph, whatever it is asked to plan. It does not know the flag before 1.45 (worded by clap
 * 2, 3 and 4), or does not take it on its channel (wording of Cargo 1.95 without `RUSTC_BOOTSTRAP`).
 *
 * @example
 * printsNoUnitGraph(["error: unexpected argument '--unit-graph' found"]) // true
 */
export function printsNoUnitGraph(said: readonly string[]): boolean {
  return said.some((line) => refusals.some((refusal) => refusal.test(line)));
}

const refusals = [
  /^error: (?:Found|unexpected) argument ['`]--unit-graph['`]/,
  /^error: the `--unit-graph` flag is unstable, and only available on the nightly channel of Cargo/,
  /^error: the `-Z` flag is only accepted on the nightly channel of Cargo/,
  /^error: unknown `-Z` flag specified: unstable-options/,
];
