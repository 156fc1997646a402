import { existsSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { ok, type Result } from "../base/result.ts";
import type { CacheOptions } from "../crane/cacheOptions.ts";
import { offeredOutputs } from "../crane/project.ts";
import type { NativePackage } from "../derivation/model.ts";
import { inputsOf, walkSteps } from "../derivation/steps.ts";
import { cacheDefaultsOfGitlab, cacheOfGithub, cacheOfGitlab } from "./ciCache.ts";
import {
  type CiService,
  type EjectedFile,
  type EjectSubject,
  headOf,
  type MakeFiles,
  repositoryRoot,
} from "./ejectedFile.ts";
import { nativePackages } from "./setupFacts.ts";

/** What a pipeline is made of. */
type PipelineFacts = {
  /** Those that the description names, of all outputs. */
  readonly native: readonly NativePackage[];
  /** The directory of the project in the repository: `.`, `rust`. */
  readonly directory: string;
  /** By which cached stores are told apart: `Cargo.lock`, `rust/Cargo.lock`. */
  readonly locks: readonly string[];
  /** What the description says of a shared cache. Its address may be made of variables that are not set here. */
  readonly cache: CacheOptions | undefined;
};

/**
 * The pipeline that is `gantry check`, with the store kept from run to run: of GitHub Actions in
 * `.github/workflows/gantry.yml`, of GitLab in `.gitlab/gantry.yml`, which `.gitlab-ci.yml` includes. Default: GitLab where
 * the repository has that file and no workflows of GitHub's, else GitHub. Errors: those of `nativePackages`.
 *
 * Both run on Debian's kind of Linux, so the native packages are those that apt knows.
 */
export const ciFiles: MakeFiles = (subject, service = serviceOf(repositoryRoot(subject.project.root))) => {
  const made = pipelineFacts(subject);
  if (!made.ok) return made;
  const facts = made.value;
  const next = (where: string) =>
    `commit it, and have the variable GANTRY_REPOSITORY say from which address Gantry is cloned: ${where}`;
  const file: EjectedFile =
    service === "github"
      ? {
          path: ".github/workflows/gantry.yml",
          text: githubWorkflow(facts),
          command: forGithub,
          next: next(onGithub),
        }
      : { path: ".gitlab/gantry.yml", text: gitlabPipeline(facts), command: forGitlab, next: next(onGitlab) };
  return ok([file]);
};

const onGithub = "Settings, Secrets and variables, Actions, Variables; or gh variable set GANTRY_REPOSITORY";
const onGitlab = "Settings, CI/CD, Variables; or glab variable set GANTRY_REPOSITORY";
const forGithub = "gantry eject ci --for github";
const forGitlab = "gantry eject ci --for gitlab";

/** GitLab where the repository has a `.gitlab-ci.yml` and no workflows of GitHub's, else GitHub. */
export function serviceOf(top: string): CiService {
  const isGitlabs = existsSync(join(top, ".gitlab-ci.yml")) && !existsSync(join(top, ".github/workflows"));
  return isGitlabs ? "gitlab" : "github";
}

function pipelineFacts(subject: EjectSubject): Result<PipelineFacts> {
  const { root } = subject.project;
  const directory = relative(repositoryRoot(root), realpathSync(root)) || ".";
  const inputs = walkSteps(Object.values(offeredOutputs(subject.offered))).flatMap(inputsOf);
  const locks = ["Cargo.lock", "gantry.lock"].filter(
    (name) => name === "Cargo.lock" || existsSync(join(root, name)),
  );
  const named = nativePackages(
    subject,
    inputs.filter((input) => input.type === "native"),
  );
  if (!named.ok) return named;
  return ok({
    native: named.value.native,
    directory,
    cache: subject.offered.cache,
    locks: locks.map((name) => (directory === "." ? name : `${directory}/${name}`)),
  });
}

function githubWorkflow(facts: PipelineFacts): string {
  const { locks } = facts;
  const packages = aptPackages(facts).join(" ");
  const install = `          sudo apt-get update\n          sudo apt-get install --yes ${packages}\n`;
  const hash = `\${{ hashFiles(${locks.map((lock) => `'${lock}'`).join(", ")}) }}`;
  return `${headOf(forGithub)}
name: gantry
on:
  push:
    branches: [main, master]
  pull_request:
  workflow_dispatch:

# A newer push to a branch ends the run of the one before.
concurrency:
  group: gantry-\${{ github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

permissions:
  contents: read

env:
  # Where Gantry is cloned from, and which tag or branch of it: variables of the repository or of the organisation.
  GANTRY_REPOSITORY: \${{ vars.GANTRY_REPOSITORY }}
  GANTRY_REF: \${{ vars.GANTRY_REF || 'main' }}

jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - name: Prepare the system
        run: |
${packages === "" ? "" : install}          # Ubuntu 24.04 forbids unprivileged user namespaces, which the sandbox is made of.
          sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0
      - name: Keep the store from run to run
        uses: actions/cache@v4
        with:
          path: ~/.cache/gantry
          key: gantry-\${{ runner.os }}-${hash}-\${{ github.sha }}
          restore-keys: |
            gantry-\${{ runner.os }}-${hash}-
            gantry-\${{ runner.os }}-
      - name: Get Gantry
        id: gantry
        run: |
          git clone --depth 1 --branch "$GANTRY_REF" \\
            "\${GANTRY_REPOSITORY:?the variable says where Gantry is cloned from}" "$RUNNER_TEMP/gantry"
      - name: Check
${cacheOfGithub(facts.cache)}        run: '"$RUNNER_TEMP/gantry/gantry" check${checkWords(facts)} --report "$RUNNER_TEMP/reports"'
      - name: Keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: reports
          path: \${{ runner.temp }}/reports
          if-no-files-found: ignore
      - name: Keep the store small
        if: always() && steps.gantry.outcome == 'success'
        run: '"$RUNNER_TEMP/gantry/gantry" store gc --max-size 5G'
`;
}

function gitlabPipeline(facts: PipelineFacts): string {
  return `${headOf(forGitlab)}
# In .gitlab-ci.yml:
#   include:
#     - local: .gitlab/gantry.yml
# The runner has to let containers make user namespaces (security_opt = ["seccomp=unconfined", "apparmor=unconfined",
# "systempaths=unconfined"]), or be none of Docker's;
# GANTRY_REPOSITORY and GANTRY_REF, variables of the project or group, say where Gantry is cloned from.
${cacheOfGitlab(facts.cache)}
gantry:check:
  stage: test
  # Debian 13, whose Node can start Gantry.
  image: rust:trixie
  timeout: 60 minutes
  variables:
    GIT_DEPTH: "0"
    XDG_CACHE_HOME: $CI_PROJECT_DIR/.cache
    GANTRY_REF: main
${cacheDefaultsOfGitlab(facts.cache)}  cache:
    # One for all branches: GitLab has no prefixes, and what a store has of another lock is of use, too. It keeps those of
    # protected branches apart by itself.
    key: gantry
    paths:
      - .cache/gantry
    when: always
  before_script:
    - apt-get update
    - apt-get install --yes ${[...aptPackages(facts), "nodejs", "npm"].join(" ")}
    - git clone --depth 1 --branch "$GANTRY_REF" "\${GANTRY_REPOSITORY:?the variable says where Gantry is cloned from}" /tmp/gantry
  script:
    - /tmp/gantry/gantry check${checkWords(facts)} --report "$CI_PROJECT_DIR/reports"
  after_script:
    - test ! -x /tmp/gantry/gantry || /tmp/gantry/gantry store gc --max-size 5G
  artifacts:
    when: always
    paths:
      - reports
    reports:
      junit: reports/*.xml
`;
}

function checkWords({ directory, cache }: PipelineFacts): string {
  const place = directory === "." ? "" : ` -C ${directory}`;
  return `${place} --sandbox full --keep-going${cache ? " --cache-report" : ""}`;
}

/** What apt installs, once each: what the description names. */
function aptPackages({ native }: PipelineFacts): readonly string[] {
  return [...new Set(native.flatMap(({ names }) => names.apt ?? []))].sort();
}
