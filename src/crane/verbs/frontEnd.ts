import { posix } from "node:path";
import { Parser } from "htmlparser2";
import { diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { parseToml } from "../../cargo/toml/toml.ts";
import { optionValues } from "../arguments/optionValues.ts";
import { refuse } from "../arguments/refuse.ts";

/** What trunk makes of its page: which builds it has Cargo do, and which programs it runs besides. */
type FrontEnd = {
  readonly builds: readonly WasmBuild[];
  readonly programs: readonly PageProgram[];
};

/** One call of `cargo build` for `wasm32-unknown-unknown`. */
export type WasmBuild = {
  /** Cargo's profile; empty for Cargo's own default. */
  readonly profile: string;
  /** What trunk gives Cargo besides, in its order: manifest, program, example, features. */
  readonly options: readonly string[];
};

/** Programs that trunk looks for on the `PATH`, by the names that it calls them. */
export type PageProgram = "wasm-opt" | "sass" | "tailwindcss" | "tailwindcss-extra";

type Asked = {
  /** A file of the source, from the directory that trunk runs in; undefined where the source has none. */
  readonly text: (path: string) => string | undefined;
  /** The page, from the directory with trunk's settings. */
  readonly index: string;
  /** What follows `trunk` and `trunk build`. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/**
 * What trunk will do with a page, as far as Cargo and programs are concerned: by the page's `<link data-trunk>`, by options,
 * variables, and the settings in `Trunk.toml` (or `.json`, or `package.metadata.trunk`), in this order (trunk 0.21). Those
 * in YAML are not looked at.
 *
 * @throws Refused: `trunk-index-missing`
 * @example
 * frontEnd({ text, index: "./index.html", words: ["--release"], env: {} })
 * // { builds: [{ profile: "release", options: [] }], programs: ["wasm-opt"] }
 */
export function frontEnd(asked: Asked): FrontEnd {
  const settings = settingsOf(asked);
  const index = posix.join(settings.directory, asked.index);
  const page = asked.text(index);
  if (page === undefined) return refuse(noIndex(index));
  const directory = posix.dirname(index);
  const links = linksIn(page).filter((link) => !("data-trunk-skip" in link));
  const apps = links.filter(({ rel }) => rel === "rust");
  // A page that names no program has the package beside it, and is not optimised.
  const isNamed = linksIn(page).some(
    (link) => link.rel === "rust" && (link["data-type"] ?? "main") === "main",
  );
  const unnamed = !isNamed && asked.text(posix.join(directory, "Cargo.toml")) !== undefined;
  const isOptimised = settings.release && apps.some((app) => app["data-wasm-opt"] !== "0");
  return {
    builds: [...apps, ...(unnamed ? [{}] : [])].map((app) => buildOf(app, settings, directory)),
    programs: [
      ...(isOptimised ? (["wasm-opt"] as const) : []),
      ...new Set(links.flatMap(({ rel = "" }) => programOf[rel] ?? [])),
    ],
  };
}

const programOf: Readonly<Record<string, PageProgram>> = {
  sass: "sass",
  scss: "sass",
  "tailwind-css": "tailwindcss",
  "tailwind-css-extra": "tailwindcss-extra",
};

type Link = Readonly<Record<string, string | undefined>>;

/** The attributes of each `<link data-trunk>`. */
function linksIn(page: string): Link[] {
  const links: Link[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === "link" && "data-trunk" in attributes) links.push(attributes);
    },
  });
  parser.end(page);
  return links;
}

function buildOf(app: Link, settings: Settings, directory: string): WasmBuild {
  const { release, example } = settings;
  const profile =
    app[release ? "data-cargo-profile-release" : "data-cargo-profile-dev"] ??
    app["data-cargo-profile"] ??
    settings.profile ??
    (release ? "release" : "");
  const href = posix.join(directory, app.href ?? "");
  const manifest = posix.basename(href) === "Cargo.toml" ? href : posix.join(href, "Cargo.toml");
  const bin = app["data-bin"];
  return {
    profile,
    options: [
      ...(manifest === "Cargo.toml" ? [] : ["--manifest-path", manifest]),
      ...(bin === undefined ? [] : ["--bin", bin]),
      ...(example === undefined ? [] : ["--example", example]),
      ...featuresOf(app, settings),
    ],
  };
}

function featuresOf(app: Link, settings: Settings): string[] {
  const own = app["data-cargo-features"];
  const isOwn = ["data-cargo-features", "data-cargo-all-features", "data-cargo-no-default-features"].some(
    (name) => name in app,
  );
  const all = isOwn ? "data-cargo-all-features" in app : settings.allFeatures;
  const without = isOwn ? "data-cargo-no-default-features" in app : settings.noDefaultFeatures;
  const features = isOwn ? own : settings.features.join(",") || undefined;
  if (all) return ["--all-features"];
  return [
    ...(without ? ["--no-default-features"] : []),
    ...(features === undefined ? [] : ["--features", features]),
  ];
}

/** What holds for all programs of the page. */
type Settings = {
  /** The directory that trunk takes for its own, from the one that it runs in. */
  readonly directory: string;
  readonly release: boolean;
  readonly profile: string | undefined;
  readonly example: string | undefined;
  readonly features: readonly string[];
  readonly allFeatures: boolean;
  readonly noDefaultFeatures: boolean;
};

function settingsOf({ text, words, env }: Asked): Settings {
  const named = optionValues(words, "--config").at(-1) ?? env.TRUNK_CONFIG;
  const file = settingsFile(text, named);
  const build = buildTable(file, text);
  const value = (option: string, key: string): string | undefined => {
    const given = optionValues(words, `--${option}`).at(-1) ?? env[variable(option)];
    const kept = build[key];
    return given ?? (typeof kept === "string" ? kept : undefined);
  };
  const flag = (option: string, key: string): boolean => {
    const given = flagIn(words, `--${option}`) ?? env[variable(option)];
    return given === undefined ? build[key] === true : given !== "false";
  };
  const features = optionValues(words, "--features");
  const listed = features.length > 0 ? features : [env[variable("features")] ?? build.features ?? []].flat();
  return {
    directory: named === undefined ? "." : file === undefined ? named : posix.dirname(file),
    release: flag("release", "release"),
    profile: value("cargo-profile", "cargo_profile"),
    example: value("example", "example"),
    features: listed.map(String).flatMap((each) => each.split(",").filter((name) => name !== "")),
    allFeatures: flag("all-features", "all_features"),
    noDefaultFeatures: flag("no-default-features", "no_default_features"),
  };
}

function variable(option: string): string {
  return `TRUNK_BUILD_${option.toUpperCase().replaceAll("-", "_")}`;
}

/** What a flag is set to, which may be followed by `true` or `false`. */
function flagIn(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = words[at];
  if (word === undefined) return undefined;
  return word === name ? (words[at + 1] === "false" ? "false" : "true") : word.slice(name.length + 1);
}

/** In the order in which trunk looks for them. */
const candidates = [
  "Trunk.toml",
  ".trunk.toml",
  "Trunk.yaml",
  ".trunk.yaml",
  "Trunk.json",
  ".trunk.json",
  "Cargo.toml",
];

function settingsFile(text: Asked["text"], named: string | undefined): string | undefined {
  if (named !== undefined && text(named) !== undefined) return named;
  return candidates.map((name) => posix.join(named ?? "", name)).find((path) => text(path) !== undefined);
}

/** What settings say of builds; what is wrong with them trunk will tell. */
function buildTable(file: string | undefined, text: Asked["text"]): Readonly<Record<string, unknown>> {
  if (file === undefined) return {};
  const written = parsed(file, text(file) ?? "");
  const whole =
    posix.basename(file) === "Cargo.toml"
      ? below(below(below(written, "package"), "metadata"), "trunk")
      : written;
  return below(whole, "build");
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  if (file.endsWith(".toml")) {
    const document = parseToml(file, text);
    return document.ok ? document.value.table : {};
  }
  if (!file.endsWith(".json")) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function below(table: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const value = table[key];
  return isRecord(value) ? value : {};
}

function noIndex(index: string) {
  return diagnostic("trunk-index-missing", `the source has no \`${index}\`, which trunk begins with`, {
    help: [
      `have the source keep what the page needs: src: fileset.union(crane.cleanCargoSource("."), fileset.include("${index}"))`,
      'where it is called otherwise: trunkIndexPath: "client/index.html"',
    ],
    status: 2,
  });
}
