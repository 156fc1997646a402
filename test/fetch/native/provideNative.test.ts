import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { pkg } from "../../../src/crane/pkgs/package.ts";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import { provideNative } from "../../../src/fetch/native/provideNative.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { nativeRig } from "./nativeRig.ts";
import { pretendedDebian } from "./pretendedDebian.ts";

test("a missing package: why it is needed, the command for this system, and its name in nixpkgs", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  const missing = await provideNative(pkgs.openssl, rig.pretended, "the crate `openssl-sys` needs it");
  expect(missing).toEqual({
    ok: false,
    error: {
      code: "native-missing",
      message: "the native package `openssl` is not installed",
      notes: ["the crate `openssl-sys` needs it", "in nixpkgs it is `openssl`"],
      help: ["sudo apt-get install libssl-dev"],
      causes: [],
      status: 1,
    },
  });
});

test.each([
  ["ID=rocky\nID_LIKE='rhel centos fedora'\n", "sudo dnf install openssl-devel"],
  ["ID=arch\n", "sudo pacman -S openssl"],
  ["ID=alpine\n", "sudo apk add openssl-dev"],
  [
    "ID=plan9\n",
    "install `openssl` (nixpkgs: openssl; apt: libssl-dev; dnf: openssl-devel; pacman: openssl; apk: openssl-dev; brew: openssl@3)",
  ],
])("the command for %j is %j", async (release, help) => {
  using rig = nativeRig();
  rig.write({ "root/etc/os-release": release });
  expect(await provideNative(pkgs.openssl, rig.pretended)).toMatchObject({ error: { help: [help] } });
});

test("a crate that cannot be fetched is given as the cause", async () => {
  using rig = nativeRig();
  rig.write({
    ...pretendedDebian(),
    "bin/cargo": "#!/bin/sh\necho 'error: no network today' >&2\nexit 101\n",
  });
  expect(await provideNative(pkgs.protobuf, { ...rig.pretended, platform: "linux-x86_64" })).toMatchObject({
    error: {
      code: "native-missing",
      help: ["sudo apt-get install protobuf-compiler"],
      causes: ["cannot fetch the crate `protoc-bin-vendored-linux-x86_64` 3.3.0", "error: no network today"],
    },
  });
});

test("a crate with a wrong checksum ends the search, and never enters the store", async () => {
  using rig = nativeRig();
  const file = "cargo/registry/cache/mirror-1/protoc-bin-vendored-linux-x86_64-3.3.0.crate";
  rig.write({ [file]: "forged", "bin/cargo": "#!/bin/sh\nexit 0\n", "bin/protoc": "#!/bin/sh\n" });
  expect(await provideNative(pkgs.protobuf, { ...rig.pretended, platform: "linux-x86_64" })).toEqual({
    ok: false,
    error: {
      code: "native-checksum",
      message: "the crate `protoc-bin-vendored-linux-x86_64` 3.3.0 has the wrong checksum",
      notes: [
        "expected 873cdcc097593432086661aa432b8078f1cd87bfb02847c332e98ae2c119e966",
        `found    ${digestOf("forged")}`,
        `in \`${rig.directory}/${file}\``,
      ],
      help: [`rm ${rig.directory}/${file}`],
      causes: [],
      status: 1,
    },
  });
});

test("a program on `PATH` that no package manager knows comes with the libraries that it loads", async () => {
  using rig = nativeRig();
  rig.write({ "bin/tool": `-> ${process.execPath}` });
  const tool = pkg({ name: "tool", bins: ["tool"], names: {} });
  const context = { ...rig.context, env: { PATH: `${rig.directory}/bin:/usr/bin:/bin` } };
  const tree = await provideNative(tool, context);
  expect(tree).toMatchObject({ ok: true, value: { provider: "path" } });
  const files = rig.list(valueOfResult(await valueOfResult(await valueOfResult(tree).tree()).place()));
  expect(files[0]).toBe("bin/tool*");
  expect(files.slice(1)).toContainEqual(expect.stringMatching(/^lib.*\/libstdc\+\+\.so\.6/));
});

test("a program on `PATH` whose own library was replaced is another one", async () => {
  using rig = nativeRig();
  const [bin, lib] = [`${rig.directory}/bin`, `${rig.directory}/lib`];
  rig.write({
    "own.c": "int own(void) { return 1; }",
    "bin/main.c": "int own(void); int main(void) { return own(); }",
  });
  const library = (source: string) => execFileSync("cc", ["-shared", "-o", `${lib}/libown.so`, source]);
  rig.write({ "lib/other.c": "int own(void) { return 2; }" });
  library(`${rig.directory}/own.c`);
  const linking = [`${bin}/main.c`, `-L${lib}`, "-lown", "-Wl,-rpath,$ORIGIN/../lib"];
  execFileSync("cc", ["-o", `${bin}/tool`, ...linking]);
  const tool = pkg({ name: "tool", bins: ["tool"], names: {} });
  const context = { ...rig.context, env: { PATH: `${bin}:/usr/bin:/bin` } };
  const digests = [];
  for (const source of [`${rig.directory}/own.c`, `${rig.directory}/own.c`, `${lib}/other.c`]) {
    library(source);
    const tree = await provideNative(tool, context);
    digests.push(valueOfResult(await valueOfResult(tree).tree()).digest);
  }
  expect([digests[0] === digests[1], digests[0] === digests[2]]).toEqual([true, false]);
});

test("a script on `PATH` is not taken, nor a program of a package with libraries", async () => {
  using rig = nativeRig();
  rig.write({ "bin/tool": "#!/bin/sh\n", "bin/real": `-> ${process.execPath}` });
  const script = pkg({ name: "tool", bins: ["tool"], names: {} });
  const library = pkg({ name: "real", bins: ["real"], pkgConfig: ["real"], names: {} });
  expect(await provideNative(script, rig.pretended)).toMatchObject({ error: { code: "native-missing" } });
  expect(await provideNative(library, rig.pretended)).toMatchObject({ error: { code: "native-missing" } });
});
