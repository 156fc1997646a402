import * as v from "valibot";
import { backticked, diagnostic } from "../../base/diagnostic.ts";
import type { Derivation, Input, Run, Source, Tree } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { nameSchema } from "../arguments/names.ts";
import { refuse, type Schema } from "../arguments/refuse.ts";
import {
  type SourceRootArgs,
  sourceOf,
  sourceRootSchema,
  sourceSchema,
  wholeSource,
} from "../arguments/sources.ts";
import { tools, withTools } from "../tools/tools.ts";
import { type CargoArgs, cargoSchema, mkCargoDerivation, resolveArgs } from "./mkCargoDerivation.ts";

// Checks of the lock's crates: what is known of them, what they run, how old they are.

type AdvisoryArgs = {
  /**
   * Advisories about published crates, as RustSec keeps them: `git({ url, rev })` or `path("…")`. Which state of it is
   * meant is part of the project, so that two runs say the same.
   */
  readonly "advisory-db"?: Tree;
};

const treeTypes = ["source", "git", "crate", "patched", "output"] as const;
const databaseWanted = 'a directory, as `git({ url, rev })` or `path("advisory-db")` give it';

const advisorySchema = {
  "advisory-db": v.optional(v.looseObject({ type: v.picklist(treeTypes, databaseWanted) }, databaseWanted)),
} satisfies Schema<AdvisoryArgs>;

export type CargoAuditArgs = CargoArgs &
  AdvisoryArgs & {
    /**
     * After `cargo audit -n -d DATABASE`. Default: `["--no-yanked"]`, since what was yanked is in the registry's index, which
     * no build sees. Crane's `--ignore yanked` names an advisory of that id: cargo-audit 0.22 goes on looking.
     */
    readonly cargoAuditExtraArgs?: readonly string[];
  };

export const cargoAuditSchema = {
  ...cargoSchema,
  ...advisorySchema,
  cargoAuditExtraArgs: v.optional(optionWords),
} satisfies Schema<CargoAuditArgs>;

/**
 * `cargo audit` by a database that is part of the project (Crane's `cargoAudit`). It sees the lock and `audit.toml` alone, so
 * that nothing else has it run again.
 *
 * @throws Refused: `advisory-db-undeclared`, and those of `mkCargoDerivation`
 * @example
 * const audit = crane.cargoAudit({
 *   src,
 *   "advisory-db": git({ url: "https://github.com/rustsec/advisory-db", rev: "8f3c…" }),
 * });
 */
export function cargoAudit(context: LibContext, args: CargoAuditArgs): Derivation {
  const { "advisory-db": database, cargoAuditExtraArgs = ["--no-yanked"], ...common } = args;
  if (!database) return refuse(undeclared("`advisory-db` of `cargoAudit` is missing"));
  const resolved = resolveArgs(asDeclared(context), common);
  const step = mkCargoDerivation(context, {
    ...resolved,
    cargoArtifacts: null,
    cargoVendorDir: null,
    pnameSuffix: "-audit",
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoAudit()),
    sourceInput: { type: "outline", of: wholeSource(resolved.src), for: "audit" },
    buildPhaseCargoCommand: [
      {
        type: "run",
        name: "audit",
        argv: ["cargo", "audit", "-n", "-d", world.advisories, ...cargoAuditExtraArgs],
      },
    ],
  });
  return withAdvisories(step, database);
}

const denyChecks = ["bans", "licenses", "sources"] as const;

export type CargoDenyArgs = CargoArgs &
  AdvisoryArgs & {
    /** Before `check`. Default: none. */
    readonly cargoDenyExtraArgs?: readonly string[];
    /** Default: `["bans", "licenses", "sources"]`; with an `advisory-db`, `advisories` before them. */
    readonly cargoDenyChecks?: readonly string[];
  };

const denyCheck = v.picklist(["advisories", "all", ...denyChecks]);

export const cargoDenySchema = {
  ...cargoSchema,
  ...advisorySchema,
  cargoDenyExtraArgs: v.optional(optionWords),
  cargoDenyChecks: v.optional(v.array(denyCheck)),
} satisfies Schema<CargoDenyArgs>;

/**
 * `cargo deny check` (Crane's `cargoDeny`). It sees the lock, the manifests, `deny.toml`, licences and the vendored crates;
 * of the project's code that it is there, so that an edit of code does not have it run again. By an `advisory-db` it looks
 * for advisories as well, which Crane's does not.
 *
 * @throws Refused: `advisory-db-undeclared`, and those of `mkCargoDerivation`
 * @example
 * const deny = crane.cargoDeny({ src, cargoDenyChecks: ["licenses"] });
 */
export function cargoDeny(context: LibContext, args: CargoDenyArgs): Derivation {
  const { "advisory-db": database, cargoDenyExtraArgs = [], cargoDenyChecks, ...common } = args;
  const checks = cargoDenyChecks ?? [...(database ? ["advisories"] : []), ...denyChecks];
  // Without a word cargo-deny checks all.
  const wantsAdvisories =
    checks.length === 0 || checks.some((each) => each === "advisories" || each === "all");
  if (wantsAdvisories && !database) return refuse(undeclared(withoutDatabase(checks)));
  const resolved = resolveArgs(asDeclared(context), { cargoExtraArgs: [], ...common });
  const argv: Run["argv"] = [
    "cargo",
    ...(resolved.cargoExtraArgs ?? []),
    "deny",
    ...new Set(["--offline", ...cargoDenyExtraArgs]),
    "check",
    // It would say of each crate that it cannot know whether it was yanked.
    ...(wantsAdvisories ? ["--allow", "index-failure"] : []),
    ...checks,
  ];
  const step = mkCargoDerivation(context, {
    ...resolved,
    cargoArtifacts: null,
    pnameSuffix: "-deny",
    nativeBuildInputs: withTools(args.nativeBuildInputs, tools.cargoDeny()),
    sourceInput: {
      ...{ type: "outline", of: wholeSource(resolved.src) },
      for: database ? "advisories" : "deny",
    },
    buildPhaseCargoCommand: [{ type: "run", name: "deny", argv: database ? withDatabase(argv) : argv }],
  });
  return database ? withAdvisories(step, database) : step;
}

/** What the command line chooses is nothing to a check of the lock. */
function asDeclared(context: LibContext): LibContext {
  return { ...context, selection: { args: [] } };
}

function withAdvisories(step: Derivation, of: Tree): Derivation {
  return { ...step, mounts: { ...step.mounts, [world.advisories]: { type: "advisory-database", of } } };
}

/**
 * cargo-deny looks for the database where it would have cloned it to: a directory named after the address's hash, with a
 * mark of when that was, by which it refuses what is older than 90 days (cargo-deny 0.20). Gantry tells the age itself, since
 * what a step says must not depend on the day.
 */
function withDatabase(argv: Run["argv"]): Run["argv"] {
  const place = "$CARGO_HOME/advisory-dbs/advisory-db-3157b0e258782691";
  const script = [
    `mkdir -p "${place}/.git"`,
    `ln -s ${world.advisories}/crates "${place}/crates"`,
    `touch "${place}/.git/FETCH_HEAD"`,
    'exec "$@"',
  ];
  return ["/bin/sh", "-euc", script.join("; "), "sh", ...argv];
}

function withoutDatabase(checks: readonly string[]): string {
  const named =
    checks.length === 0 ? "an empty `cargoDenyChecks` of `cargoDeny`" : "`cargoDenyChecks` of `cargoDeny`";
  const what = checks.length === 0 ? "" : ` (${backticked(checks)})`;
  return `${named}${what} asks for advisories, and \`advisory-db\` is missing`;
}

function undeclared(message: string) {
  return diagnostic("advisory-db-undeclared", message, {
    notes: ["a build reaches no network, and which advisories there were shall not depend on the day"],
    help: [
      "find out the newest commit: git ls-remote https://github.com/rustsec/advisory-db HEAD",
      '"advisory-db": git({ url: "https://github.com/rustsec/advisory-db", rev: "…" })',
    ],
    status: 2,
  });
}

type PolicyArgs = SourceRootArgs & {
  readonly src: Source;
  /** Default: the name in the source's `Cargo.toml`. */
  readonly pname?: string;
};

const policySchema = {
  src: sourceSchema,
  ...sourceRootSchema,
  pname: v.optional(nameSchema),
} satisfies Schema<PolicyArgs>;

export type CooldownArgs = PolicyArgs & {
  /** How long each crate of the lock must have been published. Default: 7. */
  readonly days?: number;
  /** Crates that may be younger, `["NAME@VERSION"]`, since somebody has looked at them. Default: none. */
  readonly allow?: readonly string[];
};

const crateId = v.pipe(v.string(), v.regex(/^[\w-]+@\d+\.\d+\.\d+\S*$/, "`NAME@VERSION`"));

export const cooldownSchema = {
  ...policySchema,
  days: v.optional(v.pipe(v.number(), v.minValue(0, "a number of days"))),
  allow: v.optional(v.array(crateId)),
} satisfies Schema<CooldownArgs>;

/**
 * A check that no crate of the lock was published only just: what is wrong with a new version is often found within days.
 * Cargo's own `min-publish-age` is for who chooses versions; this is for who is given a lock.
 *
 * @throws Refused: `configuration-argument`, and those of `LibContext.crateName`
 * @example
 * const cooldown = crane.cooldown({ src, days: 14, allow: ["openssl@0.10.75"] });
 */
export function cooldown(context: LibContext, { days = 7, allow = [], ...args }: CooldownArgs): Derivation {
  const of = sourceOf(args.src, args);
  const pname = args.pname ?? context.crateName(of).pname;
  return lookedAt(`${pname}-cooldown`, { type: "cooldown", of, days, allow });
}

/** A step in which nothing runs: all there is to find out is found out about its input. */
function lookedAt(name: string, input: Input): Derivation {
  return { type: "derivation", name, phases: [], env: {}, mounts: { [world.found]: input } };
}

export type ScriptPolicyArgs = CargoArgs & {
  /** What somebody has looked at: a file of the project, relative to its root. Default: `script-policy.toml`. */
  readonly ledger?: string;
};

export const scriptPolicySchema = {
  ...cargoSchema,
  ledger: v.optional(
    v.pipe(v.string(), v.regex(/^(?!\/|\.\.(\/|$)).*\.toml$/, "a `.toml` file of the project")),
  ),
} satisfies Schema<ScriptPolicyArgs>;

/**
 * A check that each build script and each procedural macro of the lock's crates is entered in a ledger, by content. Where a
 * project has it, nothing that uses the crates runs before: a version that comes with a new script fails before it can act.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const scripts = crane.scriptPolicy({ src }); // then: gantry policy --accept --all
 */
export function scriptPolicy(context: LibContext, args: ScriptPolicyArgs): Derivation {
  const { ledger = "script-policy.toml", ...common } = args;
  const resolved = resolveArgs(asDeclared(context), common);
  const step = mkCargoDerivation(context, { ...resolved, buildPhaseCargoCommand: [] });
  const of = [step.mounts[world.vendor] ?? []].flat().find((input) => input.type === "vendor");
  const input: Input = of ? { type: "script-policy", of, ledger } : { type: "files", files: {} };
  return lookedAt(`${step.name}-scripts`, input);
}
