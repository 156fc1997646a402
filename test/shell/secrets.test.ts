import { expect, test } from "vitest";
import { isSecret, secretInHook, withoutSecrets } from "../../src/shell/secrets.ts";
import { tempProject } from "../rig/tempProject.ts";

/** Put together, so that no scanner takes them for real ones. */
const issued = {
  github: `gh${"p_0123456789abcdefghijABCDEFGHIJ012345"}`,
  openai: `sk-${"proj-Ab1_cd2-Ef3gh4Ij5kl6Mn7"}`,
  anthropic: `sk-${"ant-api03-Ab1_cd2-Ef3gh4Ij5kl6"}`,
  google: `AIza${"SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"}`,
  jwt: `eyJ${"hbGciOiJIUzI1NiJ9"}.eyJ${"zdWIiOiIxMjM0In0"}.abc`,
};

const secrets: readonly (readonly [name: string, value: string])[] = [
  ["GITHUB_TOKEN", "a8sd7fa8s7d"],
  ["AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"],
  ["PGPASSWORD", "correct horse"],
  ["DB_PASS", "tr0ub4dor"],
  ["SECRET_KEY_BASE", "2b7e1516"],
  ["database_url", "postgres://app:hunter2@localhost/app"],
  ["REDIS_URL", "redis://:hunter2@cache:6379"],
  ...Object.values(issued).map((value) => ["WHATEVER", value] as const),
  ["NOTE", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"],
  ["HEADER", `Bearer ${issued.jwt}`],
  ["HEADER", "Authorization: Bearer a1b2c3d4e5f6"],
  ["CURL_OPTIONS", "-H 'authorization: Basic YXBwOmh1bnRlcjI'"],
  ["DSN", "host=db user=app password=hunter2x"],
  ["DSN", "Server=db;User Id=app;Password=hunter2x;"],
  ["URLS", "redis://cache:6379,redis://:hunter2@cache:6379"],
];

const ordinary: readonly (readonly [name: string, value: string])[] = [
  ["PROTOC", "/usr/bin/protoc"],
  ["DATABASE_URL", "sqlite:dev.db"],
  ["DATABASE_URL", "postgres://postgres:postgres@localhost/app"],
  ["DATABASE_URL", "postgres://app:app@db/app"],
  ["DATABASE_URL", "host=localhost user=app password=app dbname=app"],
  ["DATABASE_URL", "host=localhost password=postgres"],
  ["API_TOKEN", "test"],
  ["API_TOKEN", "dev-only"],
  ["JWT_SECRET", "changeme"],
  ["API_TOKEN", ""],
  ["API_TOKEN_FILE", "/run/secrets/token"],
  ["TLS_PRIVATE_KEY", "/etc/key.pem"],
  ["SIGNING_KEY", "./tests/key.pem"],
  ["TOKEN_TTL", "3600"],
  ["PWD_MAX", "8"],
  ["COMPASS", "north"],
  ["SSH_URL", "ssh://git@example.org/a.git"],
  ["RUSTFLAGS", "-C target-cpu=native -C link-arg=-fuse-ld=lld --cfg tokio_unstable"],
  ["RUST_LOG", "info,app::auth=debug,tower_http=trace,password=debug"],
  ["CARGO_REGISTRIES_OWN_INDEX", "sparse+https://crates.example.org/index/"],
  ["GIT_SHA", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
  ["NIX_STORE", "sha256-n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg="],
  ["TZ", "Europe/Berlin"],
  ["LISTEN", "[::1]:8080"],
  ["SITE_KEYS", "one,two"],
  ["PROMPT", "enter the password: "],
  ["AUTH_HEADER_NAME", "Authorization: Bearer <token>"],
  ["DISK_IMAGE", "disk-proj-2024-release-candidate-one"],
  ["IDENTITY", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"],
];

test.each(secrets)("%s looks like a secret: %#", (name, value) => {
  expect(isSecret(name, value)).toBe(true);
  const word = `'${value.replaceAll("'", "'\\''")}'`;
  expect(secretInHook(`cd .\nexport ${name}=${word}`)).toBeDefined();
});

test.each(ordinary)("%s does not: %s", (name, value) => {
  expect(isSecret(name, value)).toBe(false);
  expect(secretInHook(`export ${name}='${value}'; :`)).toBe(undefined);
});

test.each([
  ["export MY_TOKEN=hunter2x", "MY_TOKEN"],
  [`export MY_TOKEN=${issued.github}`, "MY_TOKEN"],
  ['FOO=1 DB_PASS="hunter 2" ./start &', "DB_PASS"],
  [`curl -H "x-api-key: ${issued.anthropic}" localhost`, "shellHook"],
  ["psql postgres://app:hunter2@db/app", "shellHook"],
])("a hook has a secret: %#", (hook, name) => {
  expect(secretInHook(hook)).toBe(name);
});

test.each([
  'export API_TOKEN="$(pass show api)" DB_PASS=$(cat ~/.pass) AUTH_KEY=`age -d key.age`',
  "export PGPASSWORD=${PGPASSWORD:-} API_KEY=~/.key; unset TOKEN",
  "psql postgres://app:$PASSWORD@db/app; mysql --password=root",
  'curl -H "Authorization: Bearer $TOKEN" localhost',
  '[ "$API_TOKEN" = "" ] && echo "set API_TOKEN to what https://example.org/token says"',
  'export PATH="$PWD/bin:$PATH" OLD_PWD="$PWD" PASSWORD_STORE_DIR="$HOME/.store"',
])("a hook has none: %s", (hook) => {
  expect(secretInHook(hook)).toBe(undefined);
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

test("the hook is looked at where it is written", () => {
  using project = tempProject({
    "gantry.config.ts": 'export default {\n  shellHook: "export MY_TOKEN=hunter2x",\n};\n',
  });
  const configuration = `${project.root}/gantry.config.ts`;
  const hook = "export MY_TOKEN=hunter2x";
  const written = { file: "gantry env --sh", project: { root: project.root, configuration } };
  expect(withoutSecrets({}, written)).toEqual({ ok: true, value: undefined });
  expect(withoutSecrets({}, { ...written, hook })).toMatchObject({
    error: {
      message:
        "the `shellHook` has `MY_TOKEN`, which looks like a secret, and `gantry env --sh` would show it to everybody",
      place: { line: 2, column: 22 },
    },
  });
});
