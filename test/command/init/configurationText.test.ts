import { expect, test } from "vitest";
import { checkNames, configurationText } from "../../../src/command/init/configurationText.ts";
import { fileset } from "../../../src/crane/arguments/sources.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { defaultProject, type Project } from "../../../src/crane/project.ts";
import { libOf } from "../../crane/lib.ts";

/** What a configuration describes. */
async function described(text: string): Promise<Project> {
  const code = text.replace(/^import .*$/m, "const defineProject = (definition) => definition;");
  const { default: definition } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return definition({ crane: libOf(), fileset, pkgs });
}

const asData = ({ packages, checks, hooks }: Project): unknown =>
  JSON.parse(JSON.stringify({ packages, checks, hooks }));

test.each([
  ["", []],
  ["with native packages", [pkgs.openssl, pkgs.pkgConfig]],
] as const)("it describes what there is without a configuration %s", async (_, packages) => {
  const native = packages.map(({ name }) => ({ name, why: "a crate needs it" }));
  for (const hasLto of [false, true]) {
    const text = configurationText({ checks: checkNames, native, hasLto });
    expect(asData(await described(text))).toEqual(asData(defaultProject(libOf(), packages)));
  }
});

test("it has the checks that were chosen, and no others", async () => {
  expect(
    Object.keys((await described(configurationText({ checks: ["test"], native: [] }))).checks ?? {}),
  ).toEqual(["test"]);
  expect((await described(configurationText({ checks: [], native: [] }))).checks).toEqual({});
});

test("what is commented out in it works", async () => {
  const text = configurationText({ checks: [], native: [{ name: "protobuf", why: "" }] });
  const all = text
    .replace(/^( *)\/\/ (doc: .*)$/m, "$1$2")
    .replace(/^( *)\/\/ .*: (env: .*)$/m, "$1$2")
    .replace(/^( *)\/\/ (devShells: .*)$/m, "$1$2");
  expect(await described(all)).toMatchObject({
    devShells: { default: { packages: [{ name: "jq" }, { name: "protobuf" }], env: { RUST_LOG: "debug" } } },
    packages: { default: { env: { SQLX_OFFLINE: "true" } } },
    checks: { doc: { env: { RUSTDOCFLAGS: "--deny warnings" } } },
  });
});
