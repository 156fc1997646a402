import { expect, test } from "vitest";
import { baseSystem, hostUsrBase } from "../../../src/fetch/native/baseSystem.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { nativeRig } from "./nativeRig.ts";
import { pretendedDebian } from "./pretendedDebian.ts";

test("on Debian: the compiler and what it needs, and no other header, tool or library", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  const base = await baseSystem(rig.context.store, rig.pretended);
  expect(base).toEqual({
    ok: true,
    value: {
      kind: "closure",
      description: "Ubuntu 24.04, gcc 12.2.0",
      digest: expect.any(String),
      place: expect.any(Function),
    },
  });
  expect(rig.list(valueOfResult(await valueOfResult(base).place()))).toEqual([
    "bin/awk -> mawk",
    "bin/cc -> gcc",
    "bin/cpp*",
    "bin/dash*",
    "bin/gcc*",
    "bin/ld*",
    "bin/mawk*",
    "bin/sh -> dash",
    "include/stdio.h",
    "lib/libc.so.6",
    "lib/locale/C.utf8/LC_CTYPE",
  ]);
});

test("the same files on another machine are the same base system", async () => {
  const digests = [];
  for (const _ of [1, 2]) {
    using rig = nativeRig();
    rig.write(pretendedDebian());
    const base = await baseSystem(rig.context.store, rig.pretended);
    digests.push(base.ok && base.value.digest);
  }
  expect(digests[0]).toEqual(expect.any(String));
  expect(digests[1]).toBe(digests[0]);
});

test("without a compiler: which packages are missing, and the command", async () => {
  using rig = nativeRig();
  rig.write({ "root/var/lib/dpkg/status": "" });
  expect(await baseSystem(rig.context.store, rig.pretended)).toEqual({
    ok: false,
    error: {
      code: "c-compiler-missing",
      message: "no C compiler is installed, and rustc links with one",
      notes: ["missing: `gcc`, `libc6-dev`, `binutils`"],
      help: ["sudo apt-get install gcc g++ libc6-dev make"],
      causes: [],
      status: 1,
    },
  });
});

test("without dpkg: the whole of `/usr`, known by what the compiler says it consists of", async () => {
  using rig = nativeRig();
  const compiler = (libc: string) => ({
    "bin/cc": `#!/bin/sh\ncase $1 in *=libc.so.6) echo ${rig.directory}/${libc};; *) echo none;; esac\n`,
    [libc]: `content of ${libc}`,
  });
  rig.write(compiler("old"));
  const before = await baseSystem(rig.context.store, rig.pretended);
  expect(before).toEqual({
    ok: true,
    value: {
      kind: "host-usr",
      place: expect.any(Function),
      isUnchanged: expect.any(Function),
      description: `the host's /usr, with ${rig.directory}/bin/cc`,
      digest: expect.any(String),
    },
  });
  expect(await valueOfResult(before).place()).toEqual({ ok: true, value: "/usr" });
  rig.write(compiler("new"));
  const after = await baseSystem(rig.context.store, rig.pretended);
  expect(after.ok && after.value.digest).not.toBe(before.ok && before.value.digest);
});

test("without dpkg and without a compiler: the command for that system", async () => {
  using rig = nativeRig();
  rig.write({ "root/etc/os-release": "ID=fedora\n" });
  expect(await hostUsrBase(rig.context.store, rig.pretended)).toMatchObject({
    error: { code: "c-compiler-missing", help: ["sudo dnf install gcc gcc-c++ glibc-devel make"] },
  });
});

test("the host's whole `/usr` notices that its compiler was replaced", async () => {
  using rig = nativeRig();
  rig.write({ "bin/cc": "#!/bin/sh\necho one\n" });
  const base = await hostUsrBase(rig.context.store, rig.pretended);
  const before = base.ok && (await base.value.isUnchanged?.());
  rig.write({ "bin/cc": "#!/bin/sh\necho another\n" });
  expect([before, base.ok && (await base.value.isUnchanged?.())]).toEqual([true, false]);
});
