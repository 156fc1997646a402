import { expect, test } from "vitest";
import { pkg } from "../../../src/crane/pkgs/package.ts";
import { host } from "../../../src/fetch/native/host.ts";
import type { NativeContext } from "../../../src/fetch/native/provider.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { nativeRig } from "./nativeRig.ts";
import { pretendedDebian } from "./pretendedDebian.ts";

const foo = pkg({ name: "foo", names: { apt: "libfoo-dev", dnf: "foo-devel", apk: "foo-dev" } });
const bar = pkg({ name: "bar", names: { apt: "libbar-dev", dnf: "bar-devel" } });

async function provided(from: typeof foo, context: NativeContext) {
  const { tree, ...about } = valueOfResult(await host.provide(from, context)) ?? {};
  return tree && { ...about, ...valueOfResult(await tree()) };
}

/** Its files, in the words of `nativeRig`. */
async function placed(rig: ReturnType<typeof nativeRig>, from: typeof foo) {
  const tree = await provided(from, rig.pretended);
  return tree && rig.list(valueOfResult(await tree.place()));
}

test("on Debian: the package with all that it depends on, less what the base system has", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  const about = { provider: "host", version: "1.5-1" };
  expect(await provided(foo, rig.pretended)).toMatchObject({ digest: expect.any(String), ...about });
  expect(await placed(rig, foo)).toEqual([
    "bin/foo -> foo-2",
    "bin/foo-2*",
    "include/foo.h",
    "lib/libfoo.so -> libfoo.so.1",
    "lib/libfoo.so.1 -> libfoo.so.1.5",
    "lib/libfoo.so.1.5",
    "share/pkgconfig/foo.pc",
  ]);
});

test("what is asked for is there even if it belongs to the base system", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  const mawk = pkg({ name: "mawk", names: { apt: "mawk" } });
  expect(await placed(rig, mawk)).toEqual(["bin/awk -> mawk", "bin/mawk*"]);
});

test("a package that was removed, or has no name for apt, is not provided", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  expect(await provided(bar, rig.pretended)).toBeUndefined();
  expect(await provided(pkg({ name: "x", names: {} }), rig.pretended)).toBeUndefined();
});

test("is found out anew after something was installed, and only then", async () => {
  using rig = nativeRig();
  const debian = pretendedDebian();
  const status = debian["root/var/lib/dpkg/status"] ?? "";
  rig.write(debian);
  expect(await provided(bar, rig.pretended)).toBeUndefined();
  rig.write({
    "root/var/lib/dpkg/status": status.replace("deinstall ok config-files", "install ok installed"),
    "root/var/lib/dpkg/info/libbar-dev.list": "/usr/include/bar.h\n",
    "root/usr/include/bar.h": "one",
  });
  const first = await provided(bar, rig.pretended);
  expect(first).toBeDefined();
  rig.write({ "root/usr/include/bar.h": "another" });
  expect((await provided(bar, rig.pretended))?.digest).toBe(first?.digest);
});

test("with rpm: what it lists for the package", async () => {
  using rig = nativeRig();
  rig.write({
    "root/etc/os-release": "NAME=Fedora\nID=fedora\n",
    "root/usr/include/foo.h": "",
    "root/usr/lib64/libfoo.so": "-> libfoo.so.1",
    "root/usr/share/doc/foo/README": "",
    "bin/rpm":
      '#!/bin/sh\n[ "$*" = "-ql foo-devel" ] || exit 1\necho /usr/include/foo.h\necho /usr/lib64/libfoo.so\necho /usr/share/doc/foo/README\n',
  });
  expect(await placed(rig, foo)).toEqual(["include/foo.h", "lib64/libfoo.so -> libfoo.so.1"]);
  expect(await provided(bar, rig.pretended)).toBeUndefined();
});

test("of a killed program nothing is concluded, nor remembered", async () => {
  using rig = nativeRig();
  rig.write({
    "root/etc/os-release": "NAME=Fedora\nID=fedora\n",
    "root/usr/include/foo.h": "",
    "bin/rpm": "#!/bin/sh\nkill -KILL $$\n",
  });
  await expect(provided(foo, rig.pretended)).rejects.toMatchObject({ code: "program-killed", path: "rpm" });
  rig.write({ "bin/rpm": "#!/bin/sh\necho /usr/include/foo.h\n" });
  expect(await placed(rig, foo)).toEqual(["include/foo.h"]);
});

test("with apk, which writes paths without the leading slash", async () => {
  using rig = nativeRig();
  rig.write({
    "root/etc/os-release": "ID=alpine\n",
    "root/usr/include/foo.h": "",
    "bin/apk": '#!/bin/sh\n[ "$*" = "info -qL foo-dev" ] && echo usr/include/foo.h\n',
  });
  expect(await placed(rig, foo)).toEqual(["include/foo.h"]);
});
