import { expect, test } from "vitest";
import { failureOf } from "./failureOf.ts";
import { smallProject } from "./smallProject.ts";

/** What `gantry build` says of a configuration whose function has this body. */
function saidOfBody(body: string): Promise<string> {
  return saidOf(`import { defineProject } from "gantry";

export default defineProject(({ crane, pkgs, toolchains, fileset, git }) => {
  const src = crane.cleanCargoSource(".");
${body}
});
`);
}

async function saidOf(text: string): Promise<string> {
  using project = smallProject({ "gantry.config.ts": text });
  return await failureOf(project);
}

test("a syntax error", async () => {
  expect(await saidOfBody("  return {{ packages: } };")).toBe(`2
error[configuration-syntax]: the configuration cannot be read: Unexpected token \`{\`. Expected identifier, string literal, numeric literal or [ for the computed key
  --> gantry.config.ts:5:11
   |
 5 |   return {{ packages: } };
   |           ^
`);
});

test("TypeScript that is more than types", async () => {
  expect(await saidOfBody("  enum Level { Low }\n  return { packages: {} };")).toBe(`2
error[configuration-syntax]: the configuration cannot be read: TypeScript enum is not supported in strip-only mode
  --> gantry.config.ts:5:3
   |
 5 |   enum Level { Low }
   |   ^^^^^^^^^^^^^^^^^^
`);
});

test("an exception", async () => {
  expect(await saidOfBody('  throw new Error("no such luck");')).toBe(`2
error[configuration-threw]: the configuration threw: no such luck
  --> gantry.config.ts:5:9
   |
 5 |   throw new Error("no such luck");
   |         ^
`);
});

test("a variable that does not exist", async () => {
  expect(await saidOfBody("  return { packages: { default: crain.buildPackage({ src }) } };")).toBe(`2
error[configuration-threw]: the configuration threw: crain is not defined
  --> gantry.config.ts:5:33
   |
 5 |   return { packages: { default: crain.buildPackage({ src }) } };
   |                                 ^
`);
});

test("a misspelt variable", async () => {
  const body = `  const cargoArtifacts = crane.buildDepsOnly({ src });
  const { packages: all } = { packages: {} };
  return { packages: { default: crane.buildPackage({ src, cargoArtifacts: cargoArtifact }), alll } };`;
  expect(await saidOfBody(body)).toBe(`2
error[configuration-threw]: the configuration threw: cargoArtifact is not defined
  --> gantry.config.ts:7:75
   |
 7 |   return { packages: { default: crane.buildPackage({ src, cargoArtifacts: cargoArtifact }), alll } };
   |                                                                           ^
   = help: did you mean \`cargoArtifacts\`?
`);
  expect(await saidOfBody(body.replace(": cargoArtifact ", " "))).toContain("help: did you mean `all`?");
});

test("a misspelt or absent function that is called outside all functions", async () => {
  const text = (called: string) =>
    `// Calls definProject.\nimport {} from "gantry";\n\nexport default ${called}(() => ({}));\n`;
  expect(await saidOf(text("definProject"))).toBe(`2
error[configuration-threw]: the configuration threw: definProject is not defined
  --> gantry.config.ts:4:16
   |
 4 | export default definProject(() => ({}));
   |                ^^^^^^^^^^^^
   = help: did you mean \`defineProject\`?
`);
  expect(await saidOf(text("defineProject"))).toContain("  --> gantry.config.ts:4:16\n");
});

test("a name that the configuration is given, and did not take", async () => {
  expect(await saidOfBody("  return { packages: { default: path({}) } };")).toContain(
    "   = help: take what it names: defineProject(({ crane, pkgs, toolchains, fileset, git, path }) => …)\n",
  );
  expect(await saidOfBody("  return { packages: { default: pkg({}) } };")).toContain(
    '   = help: import it: import { defineProject, pkg } from "gantry"\n',
  );
});

test("a misspelt function", async () => {
  expect(await saidOfBody("  return { packages: { default: crane.buildPakage({ src }) } };")).toBe(`2
error[configuration-name]: \`crane\` has no \`buildPakage\`
  --> gantry.config.ts:5:39
   |
 5 |   return { packages: { default: crane.buildPakage({ src }) } };
   |                                       ^
   = help: did you mean \`buildPackage\`?
`);
});

test("a misspelt function of `git`", async () => {
  const body = '  git.depz("https://example.com/a");\n  return { packages: {} };';
  expect(await saidOfBody(body)).toContain("error[configuration-name]: `git` has no `depz`");
});

test("a misspelt argument", async () => {
  expect(
    await saidOfBody("  return { packages: { default: crane.buildPackage({ src, cargoExtraArg: [] }) } };"),
  ).toBe(`2
error[configuration-argument]: \`buildPackage\` takes no argument \`cargoExtraArg\`
  --> gantry.config.ts:5:39
   |
 5 |   return { packages: { default: crane.buildPackage({ src, cargoExtraArg: [] }) } };
   |                                       ^
   = help: did you mean \`cargoExtraArgs\`?
`);
});

test("a string instead of a list", async () => {
  expect(
    await saidOfBody('  crane.buildPackage({ src, cargoExtraArgs: "--locked --features tls" });'),
  ).toBe(`2
error[configuration-argument]: \`cargoExtraArgs\` of \`buildPackage\` must be a list, and is \`"--locked --features tls"\`
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({ src, cargoExtraArgs: "--locked --features tls" });
   |         ^
   = help: write the words as a list: cargoExtraArgs: ["--locked","--features","tls"]
`);
});

test("an option and its value in one word", async () => {
  expect(
    await saidOfBody('  crane.buildPackage({ src, cargoExtraArgs: ["--locked", "--features tls"] });'),
  ).toBe(`2
error[configuration-argument]: \`cargoExtraArgs.1\` of \`buildPackage\` must be one word: an option and its value are two, and is \`"--features tls"\`
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({ src, cargoExtraArgs: ["--locked", "--features tls"] });
   |         ^
   = help: write it as a word each: "--features", "tls"
`);
});

test("a string instead of a source", async () => {
  expect(await saidOfBody('  crane.buildPackage({ src: "." });')).toBe(`2
error[configuration-argument]: \`src\` of \`buildPackage\` must be a source such as \`crane.cleanCargoSource(".")\`, and is \`"."\`
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({ src: "." });
   |         ^
`);
});

test("a number as the value of a variable", async () => {
  expect(await saidOfBody("  crane.buildPackage({ src, env: { LEVEL: 3 } });")).toBe(`2
error[configuration-argument]: \`env.LEVEL\` of \`buildPackage\` must be a string, and is \`3\`
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({ src, env: { LEVEL: 3 } });
   |         ^
`);
});

test("what an error or a page handed out to be filled in", async () => {
  const rest = `   = note: \`…\` stands in examples for what Gantry does not know
   = help: write what it is in its place
`;
  // Above the call, and in no comment.
  const body = `  // "…"
  const env = { MY_RELEASE: "…" };
  crane.cargoFmt({ src });
  crane.buildPackage({ src, env });`;
  expect(await saidOfBody(body)).toBe(`2
error[configuration-blank]: \`env.MY_RELEASE\` of \`buildPackage\` is still \`…\`
  --> gantry.config.ts:6:29
   |
 6 |   const env = { MY_RELEASE: "…" };
   |                             ^^^
${rest}`);
  expect(await saidOfBody("  crane.cargoFmt({ src });\n  git({ url: 'https://x', rev: '…' });")).toBe(`2
error[configuration-blank]: \`rev\` of \`git\` is still \`…\`
  --> gantry.config.ts:6:32
   |
 6 |   git({ url: 'https://x', rev: '…' });
   |                                ^^^
${rest}`);
  expect(await saidOfBody('  return { packages: {}, cache: { trustedKeys: ["…"] } };')).toBe(`2
error[configuration-blank]: \`cache.trustedKeys.0\` is still \`…\`
  --> gantry.config.ts:5:49
   |
 5 |   return { packages: {}, cache: { trustedKeys: ["…"] } };
   |                                                 ^^^
${rest}`);
  expect(
    await saidOf(`import { defineProject, pkg } from "gantry";

const flac = pkg({ name: "flac", names: { apt: "…" } });
export default defineProject(() => ({ packages: {} }));
`),
  ).toBe(`2
error[configuration-blank]: \`names.apt\` of \`pkg\` is still \`…\`
  --> gantry.config.ts:3:48
   |
 3 | const flac = pkg({ name: "flac", names: { apt: "…" } });
   |                                                ^^^
${rest}`);
});

test("an argument that is missing", async () => {
  expect(await saidOfBody("  crane.buildPackage({});")).toBe(`2
error[configuration-argument]: \`src\` of \`buildPackage\` is missing
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({});
   |         ^
`);
});

test("an unknown native package, with a known one of a similar name", async () => {
  expect(await saidOfBody("  crane.buildPackage({ src, nativeBuildInputs: [pkgs.protobuff] });")).toBe(`2
error[configuration-name]: \`pkgs\` has no \`protobuff\`
  --> gantry.config.ts:5:54
   |
 5 |   crane.buildPackage({ src, nativeBuildInputs: [pkgs.protobuff] });
   |                                                      ^
   = help: did you mean \`protobuf\`?
`);
});

test("an unknown native package", async () => {
  expect(await saidOfBody("  crane.buildPackage({ src, buildInputs: [pkgs.quantumFlux] });")).toBe(`2
error[configuration-name]: \`pkgs\` has no \`quantumFlux\`
  --> gantry.config.ts:5:48
   |
 5 |   crane.buildPackage({ src, buildInputs: [pkgs.quantumFlux] });
   |                                                ^
   = help: describe it: pkg({ name: "flac", pkgConfig: ["flac"], names: { apt: "libflac-dev", … } })
`);
});

test("a source that is not there", async () => {
  expect(await saidOfBody('  crane.buildPackage({ src: crane.cleanCargoSource("backend") });')).toBe(`2
error[source-without-manifest]: the source \`backend\` has no \`Cargo.toml\`
  --> gantry.config.ts:5:9
   |
 5 |   crane.buildPackage({ src: crane.cleanCargoSource("backend") });
   |         ^
   = help: name a directory that has one, relative to the project's root: crane.cleanCargoSource(".")
   = help: or say where in it Cargo's workspace lies: sourceRoot: "DIR"
`);
});

test("an import of a file that is not there", async () => {
  expect(
    await saidOf('import { version } from "./version.ts";\n\nexport default () => ({ packages: {} });\n'),
  ).toBe(`2
error[configuration-import]: the configuration imports \`./version.ts\`, which does not exist
  --> gantry.config.ts:1:26
   |
 1 | import { version } from "./version.ts";
   |                          ^^^^^^^^^^^^
`);
});

test("no default export", async () => {
  expect(await saidOf("export const packages = {};\n")).toBe(`2
error[configuration-shape]: the configuration has no default export that is a function
  --> gantry.config.ts:1:1
   = help: export default defineProject(({ crane }) => ({ packages: { … } }))
`);
});

/** The error for a return value, but for what is wrong with it. */
const shape = (wrong: string): string => `2
error[configuration-shape]: the configuration does not return \`{ packages: { … } }\`
  --> gantry.config.ts:1:1
   = note: ${wrong}
   = note: each of \`packages\` and \`checks\` is an object of steps, such as those of \`crane.buildPackage\`
   = help: return { packages: { default: crane.buildPackage({ src }) } }
`;

test.each([
  ["nothing", "", "it returns nothing"],
  ["a misspelt output", "  return { package: {} };", "it returns no `packages`, but `package`"],
  ["a step for all", "  return { packages: src };", '`packages.type` is `"source"`'],
  [
    "a source as a step",
    "  return { packages: { default: src } };",
    "`packages.default` is an object that is no step",
  ],
  [
    "a function as a check",
    "  return { packages: {}, checks: { fmt: crane.cargoFmt } };",
    "`checks.fmt` is a function",
  ],
  [
    "a step as a shell",
    "  return { packages: {}, devShells: { default: crane.cargoFmt({ src }) } };",
    "`devShells.default` is an object that is no shell",
  ],
])("a function that returns %s", async (_, body, wrong) => {
  const ofShells = shape(wrong).replace(
    /note: each of.*/,
    "note: `devShells` is an object of what `crane.devShell` gives",
  );
  expect(await saidOfBody(body)).toBe(wrong.startsWith("`devShells") ? ofShells : shape(wrong));
});

test("a shared cache that is none", async () => {
  const said = (cache: string) => saidOfBody(`  return { packages: {}, cache: ${cache} };`);
  const error = (message: string, note: string) => `2
error[configuration-shape]: ${message}
  --> gantry.config.ts:1:1
   = note: ${note}
`;
  expect(await said('{ urll: "file:///x" }')).toBe(
    error(
      "`cache.urll` is nothing that it may have",
      "it may have `url`, `trustedKeys`, `signWith`, `push`, `headers`, `secrets`, `credentialHelper`, `tls`",
    ),
  );
  expect(await said('{ push: "sometimes" }')).toBe(
    error('`cache.push` is `"sometimes"`', 'it has to be ("ci" | "always" | "never")'),
  );
  expect(await said('"file:///x"')).toBe(error('`cache` is `"file:///x"`', "it has to be an object"));
});

test("a name that is no file's: nothing is built, and no link leads out of the project", async () => {
  const step = "crane.cargoFmt({ src })";
  const said = (name: string, place: string) => `2
error[configuration-shape]: \`"${name}"\` cannot be what a package or a check is called
  --> gantry.config.ts:${place}
   = note: it must be a name without \`/\` and line breaks, of at most 200 bytes, that does not begin with \`-\`, since the link to an output is called \`result-NAME\`
`;
  const line = `  return { packages: { "tools/app": ${step} } };`;
  expect(await saidOfBody(line)).toBe(
    said("tools/app", `5:24\n   |\n 5 | ${line}\n   |                        ^^^^^^^^^^^`),
  );
  const computed = `  return { packages: {}, checks: { [["..", "x"].join("/")]: ${step} } };`;
  expect(await saidOfBody(computed)).toBe(said("../x", "1:1"));
  expect(await saidOfBody('  crane.buildPackage({ src, pname: "../x" });')).toMatch(
    /^2\nerror\[configuration-argument\]: `pname` of `buildPackage` must be a name without .*, and is `"\.\.\/x"`\n {2}--> gantry\.config\.ts:5:9\n/,
  );
});

const wait = "await new Promise((resolve) => setTimeout(resolve, 500));";

test.each([
  [
    "waits for ever",
    "await new Promise(() => {});",
    "unsettled",
    "waits for a promise that never settles",
    "1:1",
  ],
  [
    "throws in a timer",
    `setTimeout(() => { throw new Error("oops"); }, 0);\n${wait}`,
    "threw",
    "threw: oops",
    "1:26",
  ],
  [
    "throws no error in a timer",
    `setTimeout(() => { throw "oops"; }, 0);\n${wait}`,
    "threw",
    "threw: oops",
    "1:1",
  ],
  ["leaves a promise", `Promise.reject(new Error("oops"));\n${wait}`, "threw", "threw: oops", "1:16"],
  ["ends the process", "process.exit(0);", "exit", "ends the process", "1:9"],
])("a configuration that %s", async (_, text, code, message, place) => {
  const start = `2\nerror[configuration-${code}]: the configuration ${message}\n  --> gantry.config.ts:${place}\n`;
  expect((await saidOf(`${text}\nexport default () => ({ packages: {} });\n`)).slice(0, start.length)).toBe(
    start,
  );
});

test.each([
  ["throws", 'throw new Error("oops")', "threw: oops\n  --> gantry.config.ts:1:26\n"],
  ["ends the process", "process.exit(0)", "ended the process before the command was done\n"],
])("a configuration that %s after it was read", async (_, statement, message) => {
  const said = await saidOf(`setTimeout(() => { ${statement}; }, 50);
export default ({ crane }) => ({ packages: { default: crane.cargoFmt({ src: crane.cleanCargoSource(".") }) } });
`);
  expect(said).toMatch(/^2\nerror\[configuration-(?:threw|exit)\]: the configuration /);
  expect(said).toContain(message);
});

test("an output that the configuration does not have", async () => {
  using project = smallProject({
    "gantry.config.ts": `export default ({ crane }) => ({
  packages: { server: crane.buildPackage({ src: crane.cleanCargoSource(".") }) },
});
`,
  });
  expect(await failureOf(project, ["build", "sever"])).toBe(`2
error[output-unknown]: the project has no package \`sever\`
  = note: it has \`server\`
  = help: did you mean \`server\`?
`);
});
