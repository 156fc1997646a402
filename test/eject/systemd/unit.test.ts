import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWhere } from "../../rig/describeWhere.ts";
import { type TempProject, tempProject } from "../../rig/tempProject.ts";
import { served } from "../flake/served.ts";

const golden = join(import.meta.dirname, "../../golden/systemd");

async function ejected(project: TempProject, ...args: readonly string[]) {
  execFileSync("git", ["init", "-q"], { cwd: project.root });
  const ran = await project.gantry(["eject", ...args, "--color", "never"]);
  return { status: ran.status, err: project.shown(ran.err).trim() };
}

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync("systemd-analyze", [...args, "--no-pager"], {
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
};

const systemd = {
  isThere: analyze("--version").status === 0,
  missing: "systemd-analyze (apt-get install systemd)",
};

describeWhere(systemd, "systemd takes the units", () => {
  test("without a warning, and says of each how exposed it is", async () => {
    using project = tempProject(served);
    // What is built alike is the same package, whoever described it.
    project.edit(
      "gantry.config.ts",
      "package: hello,\n        program",
      'package: crane.buildPackage({ src: crane.cleanCargoSource(".") }),\n        program',
    );
    expect(await ejected(project, "systemd", "-q")).toEqual({ status: 0, err: "" });
    const exposures: Record<string, string | undefined> = {};
    for (const name of ["hello", "names"]) {
      const path = `systemd/${name}.service`;
      await expect(project.read(path)).toMatchFileSnapshot(join(golden, `${name}.service`));
      // Whether the program is there is looked at, too.
      project.edit(path, `ExecStart=/usr/local/bin/${name}`, "ExecStart=/bin/true");
      const file = join(project.root, path);
      expect(analyze("verify", file)).toEqual({ status: 0, out: "", err: "" });
      const { out } = analyze("security", "--offline=true", file);
      exposures[name] = /Overall exposure level for \S+: (.*?) \S*$/.exec(out.trim())?.[1];
    }
    await expect(project.read("systemd/hello.toml")).toMatchFileSnapshot(join(golden, "hello.toml"));
    expect(exposures).toEqual({ hello: "1.4 OK", names: "1.8 OK" });
  });
});

test("what is stale, and what is left of a service that is no more", async () => {
  using project = tempProject(served);
  expect((await ejected(project, "systemd")).err).toContain("wrote `systemd/names.service`");
  expect((await ejected(project, "--check")).err).toContain("looking: nothing is stale");
  project.edit("gantry.config.ts", "names: crane", "other: crane");
  expect(await ejected(project, "--check")).toEqual({
    status: 1,
    err: "error[eject-stale]: `systemd/names.service` is of something that the description has no more\n  = help: remove it: git rm systemd/names.service",
  });
});

test("settings that cannot be a file, that nothing is told of, and that hold a secret", async () => {
  using project = tempProject(served);
  const messages = async () => {
    const { status, err } = await ejected(project, "systemd", "-q");
    return [status, ...err.split("\n").filter((line) => /^error/.test(line))];
  };
  project.edit("gantry.config.ts", "settings: {", 'settingsFormat: "json", settings: {');
  expect(await messages()).toEqual([
    2,
    "error[service-settings]: the settings of the service `hello` cannot be written as JSON here",
  ]);
  project.edit("gantry.config.ts", '"json"', '"yaml"');
  project.edit("gantry.config.ts", "workers: 4", 'database: { password: "correct-horse-7" }');
  expect(await messages()).toEqual([
    2,
    "error[secret-in-settings]: `settings.database.password` looks like a secret, and `systemd/hello.yaml` would show it to everybody",
  ]);
  project.edit("gantry.config.ts", 'database: { password: "correct-horse-7" }', "workers: 4");
  expect(await messages()).toEqual([0]);
  expect(JSON.parse(project.read("systemd/hello.yaml").replace(/^#.*\n/, ""))).toEqual({
    log: { level: "info", colour: false },
    workers: 4,
    url: "http://localhost:8080/",
    hosts: ["a", "b"],
    listen: { port: 8080 },
  });
  project.edit("gantry.config.ts", '"{settings}"', '"settings"');
  expect(await messages()).toEqual([
    2,
    "error[service-settings]: nothing tells the program of the file of `settings`",
  ]);
  project.edit(
    "gantry.config.ts",
    /settings: \{ log.*/.exec(project.read("gantry.config.ts"))?.[0] ?? "",
    "",
  );
  project.edit("gantry.config.ts", '"settings"', '"{settings}"');
  expect((await messages())[1]).toBe(
    "error[service-settings]: `{settings}` stands for the file of `settings`, which are not said",
  );
});

test("a program that the package does not build", async () => {
  using project = tempProject(served);
  project.edit("gantry.config.ts", 'program: "names"', 'program: "name"');
  const { status, err } = await ejected(project, "systemd", "-q");
  const told = err.split("\n").filter((line) => /^error|^ +=/.test(line));
  expect([status, ...told]).toEqual([
    2,
    "error[service-program]: the package of the service `names` has no program `name`",
    expect.stringMatching(/= note: it builds `.*`$/),
    expect.stringContaining("= help: did you mean `names`?"),
  ]);
});

test("what is refused: secrets, a package that is not offered, a program that is not clear, and no service", async () => {
  using project = tempProject(served);
  const refused = async () => {
    const { status, err } = await ejected(project, "systemd", "-q");
    return [status, ...err.split("\n").filter((line) => /^error|^ +=/.test(line))];
  };
  project.edit("gantry.config.ts", 'RUST_LOG: "info"', 'API_TOKEN: "hunter2hunter2"');
  project.edit("gantry.config.ts", '"--greeting",', '"--db-password", "correct-horse",');
  project.edit(
    "gantry.config.ts",
    'package: hello,\n        program: "names"',
    "package: { ...hello, env: {} }",
  );
  expect(await refused()).toMatchInlineSnapshot(`
    [
      2,
      "error[secret-in-env]: \`API_TOKEN\`, \`DB_PASSWORD\` look like secrets, and \`systemd/hello.service\` would show them to everybody",
      "    = help: take it out of the description, and write it into \`/etc/hello.env\` where the service runs, as NAME=value",
      "    = help: a value that is no secret is one that says so, such as \`test\`, \`dev-only\` or \`changeme\`",
      "error[service-package]: the package of the service \`names\` is not among \`packages\`",
      "    = note: what is offered there is \`default\`",
      "    = help: offer it: return { packages: { hello: … }, services: { … } }",
      "error[service-program]: it is not clear which program the service \`names\` starts",
      "    = note: the package builds none, several, or is not for the platform that builds it",
      "    = help: say it: crane.service({ …, program: "server" })",
    ]
  `);
  project.write(
    "gantry.config.ts",
    'import { defineProject } from "gantry";\nexport default defineProject(() => ({ packages: {} }));\n',
  );
  expect(await refused()).toMatchInlineSnapshot(`
    [
      2,
      "error[service-none]: the project describes no service",
      "  = help: describe one: return { packages: { … }, services: { server: crane.service({ package: app }) } }",
    ]
  `);
});
