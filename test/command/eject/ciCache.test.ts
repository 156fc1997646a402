import { afterAll, expect, test } from "vitest";
import { tempProject } from "../../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": "fn main() {}\n",
});
project.lock();
afterAll(() => project[Symbol.dispose]());

async function ejected(service: "github" | "gitlab", cache: string): Promise<string> {
  project.write(
    "gantry.config.ts",
    `import { defineProject } from "gantry";
export default defineProject(({ crane }) => ({
  packages: { default: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
  ${cache === "" ? "" : `cache: ${cache},`}
}));
`,
  );
  expect(await project.gantry(["eject", "ci", "--for", service])).toMatchObject({ status: 0 });
  return project.read(service === "github" ? ".github/workflows/gantry.yml" : ".gitlab/gantry.yml");
}

/** What a text has that another has not, and the other way round. */
function differences(before: string, after: string): { readonly gone: string[]; readonly added: string[] } {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return {
    gone: old.filter((line) => !now.includes(line)),
    added: now.filter((line) => !old.includes(line)),
  };
}

const trusted = `trustedKeys: ["ci-1:OYtSb6A94b2kwBRF99ho8AG99T6hNJSxB6rdPYp0BA0="]`;

test("GitHub's job signs what it makes by a secret, and takes from variables what the description leaves open", async () => {
  const without = await ejected("github", "");
  expect(without).not.toMatch(/cache-report|GANTRY_CACHE/);
  const check = (words: string) =>
    `        run: '"$RUNNER_TEMP/gantry/gantry" check --sandbox full --keep-going${words} --report "$RUNNER_TEMP/reports"'`;
  const shared =
    "        # The default branch alone signs what it builds, and sends it to the shared cache. All others only read.";
  const signing =
    "          GANTRY_CACHE_SIGN_WITH: ${{ github.ref == format('refs/heads/{0}', github.event.repository.default_branch) && secrets.GANTRY_CACHE_SIGN_WITH || '' }}";
  const described = await ejected("github", `{ url: "https://cache.example.com", ${trusted} }`);
  expect(differences(without, described)).toEqual({
    gone: [check("")],
    added: [shared, "        env:", signing, check(" --cache-report")],
  });
  const inS3 = await ejected(
    "github",
    '{ url: "s3://bucket/prefix", headers: { "X-Team": process.env.NO_TEAM ?? "secret" } }',
  );
  expect(inS3).not.toContain("secret\n");
  expect(differences(described, inS3).added).toEqual([
    "        # Pull requests from forks, and those of Dependabot, get no secrets.",
    "        # Variables that the cache's headers or its helper are made of come here by `cache.secrets` in the description.",
    "          GANTRY_CACHE_TRUSTED_KEYS: ${{ vars.GANTRY_CACHE_TRUSTED_KEYS }}",
    "          AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}",
    "          AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}",
  ]);
  // Who never writes needs no key.
  const reading = await ejected("github", `{ url: "https://cache.example.com", ${trusted}, push: "never" }`);
  expect(differences(without, reading)).toEqual({ gone: [check("")], added: [check(" --cache-report")] });
});

test("GitLab gives its job all variables, and the file says which", async () => {
  const without = await ejected("gitlab", "");
  const described = await ejected("gitlab", `{ url: "https://cache.example.com" }`);
  expect(differences(without, described).added).toEqual([
    "# GANTRY_CACHE_TRUSTED_KEYS: a variable of the project or group, for the shared cache.",
    "# GANTRY_CACHE_SIGN_WITH: a masked and protected variable of the project or group, for the shared cache.",
    "# Protected branches alone get the key, sign what they build, and send it. All others only read.",
    '    - /tmp/gantry/gantry check --sandbox full --keep-going --cache-report --report "$CI_PROJECT_DIR/reports"',
  ]);
});
