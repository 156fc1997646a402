import { expect, test } from "vitest";
import { isSecret, withoutSecrets } from "../../src/shell/secrets.ts";
import { tempProject } from "../rig/tempProject.ts";

test.each([
  ["GITHUB_TOKEN", "a8sd7fa8s7d"],
  ["AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"],
  ["PGPASSWORD", "correct horse"],
  ["DB_PASS", "tr0ub4dor"],
  ["SECRET_KEY_BASE", "2b7e1516"],
  ["database_url", "postgres://app:hunter2@localhost/app"],
  ["REDIS_URL", "redis://:hunter2@cache:6379"],
  ["WHATEVER", "ghp_0123456789abcdefghijABCDEFGHIJ012345"],
  ["NOTE", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"],
  ["HEADER", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"],
])("%s looks like a secret", (name, value) => {
  expect(isSecret(name, value)).toBe(true);
});

test.each([
  ["PROTOC", "/usr/bin/protoc"],
  ["DATABASE_URL", "sqlite:dev.db"],
  ["DATABASE_URL", "postgres://postgres:postgres@localhost/app"],
  ["DATABASE_URL", "postgres://app:app@db/app"],
  ["API_TOKEN", "test"],
  ["API_TOKEN", "dev-only"],
  ["JWT_SECRET", "changeme"],
  ["API_TOKEN", ""],
  ["API_TOKEN_FILE", "/run/secrets/token"],
  ["TLS_PRIVATE_KEY", "/etc/key.pem"],
  ["TOKEN_TTL", "3600"],
  ["PWD_MAX", "8"],
  ["COMPASS", "north"],
  ["SSH_URL", "ssh://git@example.org/a.git"],
])("%s does not: %s", (name, value) => {
  expect(isSecret(name, value)).toBe(false);
});

test("the error says where, and never what", () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\n',
    "gantry.config.ts": 'export default {\n  env: { GITHUB_TOKEN: "hunter2" },\n};\n',
  });
  const configuration = `${project.root}/gantry.config.ts`;
  const env = { GITHUB_TOKEN: "hunter2", PROTOC: "/usr/bin/protoc", MY_PASSWORD: "hunter3" };
  const refused = withoutSecrets(env, { file: "setup.sh", project: { root: project.root, configuration } });
  expect(refused).toEqual({
    ok: false,
    error: {
      code: "secret-in-env",
      message: "`GITHUB_TOKEN`, `MY_PASSWORD` look like secrets, and `setup.sh` would show them to everybody",
      place: { file: "gantry.config.ts", line: 2, column: 10 },
      notes: [],
      help: [
        "take them out of `env`, and have everybody keep them in their own environment: in `~/.profile`, export GITHUB_TOKEN=…",
        "a value that is no secret is one that says so, such as `test`, `dev-only` or `changeme`",
      ],
      causes: [],
      status: 1,
    },
  });
});
