import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { parseLock } from "../lock/parseLock.ts";

/** A package of the project, as its manifest has it. */
export type OwnPackage = {
  readonly name: string;
  /** Absent: it is not written there. */
  readonly version?: string;
  /** Those that can be asked for. */
  readonly features: readonly string[];
};

type Planning = {
  readonly step: string;
  /** Cargo's arguments. */
  readonly plan: readonly string[];
  /** The project's own packages. */
  readonly packages: readonly OwnPackage[];
  /** The text of the lock. */
  readonly lock: string;
};

/**
 * What the standard error of a Cargo that could not plan means, in a build that has the lock's packages and
 * no others (wording of Cargo 1.95). Cargo's own words become the causes, with paths from the project's root.
 *
 * Errors: `lock-stale`; `package-unknown`, `target-unknown`, `feature-unknown`, `profile-unknown`; `rust-version`;
 * `std-not-vendored`; `plan-failed` for all else.
 */
export function planFailure({ step, plan, packages, lock }: Planning, said: readonly string[]): Diagnostic {
  const chain = errorChain(said).map(asSeenOutside);
  const text = chain.join("\n");
  if (stale.some((pattern) => pattern.test(text))) {
    return diagnostic("lock-stale", "`Cargo.lock` does not agree with the manifests", {
      notes: unlocked(packages, lock),
      // That it was to be left as it is, Gantry said and not the user.
      causes: chain.filter((cause) => !leftAsItIs.test(cause)),
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
  const unknown = unknownTarget(text) ?? unknownFeatures(text, packages);
  if (unknown) return unknown;
  const unknownPackage = /^package ID specification `(.+)` did not match any packages/.exec(text)?.[1];
  if (unknownPackage !== undefined) {
    const names = packages.map(({ name }) => name);
    // Cargo's guess may be a dependency.
    const said = /a package with a similar name exists: `(.+)`/.exec(text)?.[1];
    const similar = names.length > 0 ? nearest(unknownPackage, names) : said;
    return diagnostic("package-unknown", `the workspace has no package \`${unknownPackage}\``, {
      notes: names.length > 0 ? [`it has ${backticked(names)}`] : [],
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
      help: olderCompilerHelp,
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

/** What to do where the toolchain is older than packages require. */
export const olderCompilerHelp: readonly string[] = [
  "use a newer one, by `rustup update`, `rust-toolchain.toml`, or `crane.overrideToolchain` in the configuration",
  "or let the compiler judge: gantry build --ignore-rust-version",
];

/** The project's own packages that the lock has otherwise than their manifests say: Cargo does not name them. */
function unlocked(packages: readonly OwnPackage[], lock: string): string[] {
  const parsed = parseLock("Cargo.lock", lock);
  if (!parsed.ok) return [];
  const locked = parsed.value.packages.filter(({ source }) => source === undefined);
  return packages.flatMap(({ name, version }) => {
    const versions = locked.filter((entry) => entry.name === name).map((entry) => entry.version);
    if (versions.length === 0) return [`the lock has no \`${name}\``];
    if (version === undefined || versions.includes(version)) return [];
    return [`\`${name}\` is ${version} in its manifest, and ${versions.join(", ")} in the lock`];
  });
}

/** A program, library or test that was asked for by its name or kind. */
function unknownTarget(text: string): Diagnostic | undefined {
  const message = /^no (?:bin|example|test|bench|library) targets? .*/.exec(text)?.[0];
  if (message === undefined) return undefined;
  const similar = /a target with a similar name exists: `(.+)`/.exec(text)?.[1];
  const [, list = ""] = /^help: available \w+ targets:\n([\s\S]*)/m.exec(text) ?? [];
  const names = list.split("\n").flatMap((line) => /^ +(\S+)$/.exec(line)?.[1] ?? []);
  return diagnostic("target-unknown", message.replace(" in default-run packages", ""), {
    notes: names.length > 0 ? [`there ${names.length === 1 ? "is" : "are"} ${backticked(names)}`] : [],
    help: similar ? [`did you mean \`${similar}\`?`] : [],
    status: 2,
  });
}

/** Features that none of the packages has that are built. */
function unknownFeatures(text: string, packages: readonly OwnPackage[]): Diagnostic | undefined {
  const [, one, listed = ""] =
    /^(?:none of the selected packages contains|the package '(.+)' does not contain) th(?:is|ese) features?: (.+)/.exec(
      text,
    ) ?? [];
  if (listed === "") return undefined;
  const selected = one ?? /^selected packages: (.+)/m.exec(text)?.[1] ?? "";
  const meant = packages.filter(({ name }) => selected.split(", ").includes(name));
  const names = listed.split(", ");
  const guess = nearest(
    names[0] ?? "",
    meant.flatMap(({ features }) => features),
  );
  const who = one === undefined ? "no package that is built" : `\`${one}\``;
  const what = `feature${names.length === 1 ? "" : "s"} ${backticked(names)}`;
  const message = one === undefined ? `${who} has the ${what}` : `${who} has no ${what}`;
  return diagnostic("feature-unknown", message, {
    notes: meant.map(({ name, features }) =>
      features.length > 0 ? `\`${name}\` has ${backticked(features)}` : `\`${name}\` has no features`,
    ),
    help: guess ? [`did you mean \`${guess}\`?`] : [],
    status: 2,
  });
}

/** Packages that require a newer compiler, each once (wording of Cargo 1.95, and of Cargo 1.56). */
function newerThanCompiler(text: string): readonly string[] {
  const old = /^package `(.+)` cannot be built because it requires rustc/.exec(text)?.[1];
  if (old !== undefined) return [old];
  if (!/^rustc \S+ is not supported by the following package/.test(text)) return [];
  return [...new Set([...text.matchAll(/^ *(\S+) requires rustc /gm)].map(([, name = ""]) => name))];
}

const leftAsItIs = /^cannot update the lock file .* because --locked was passed/;

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
  return (
    text
      .replace(/ v0\.0\.0 \(\/build\/source[^)]*\)/g, "")
      .replace(/ \(\/build\/source[^)]*\)/g, "")
      .replace(/^( *\S+)@0\.0\.0(?= requires rustc )/gm, "$1")
      .replaceAll("/build/source/", "")
      .replace(vendored, "the packages of $1 that `Cargo.lock` names")
      // Where the lock names none, none are vendored, and no build sees an index.
      .replace(
        /^(location searched: )crates\.io index$/m,
        "$1the packages of crates.io that `Cargo.lock` names",
      )
      .split("\n")
      .filter((line, index, lines) => !line.includes(" requires rustc ") || lines.indexOf(line) === index)
      .filter((line) => !advice.some((pattern) => pattern.test(line)))
      .join("\n")
      .replace(/\n\s*\n/g, "\n")
      .trim()
  );
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
