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
  return valueOfResult(await host.provide(from, context));
}

test("on Debian: the package with all that it depends on, less what the base system has", async () => {
  using rig = nativeRig();
  rig.write(pretendedDebian());
  const tree = await provided(foo, rig.pretended);
  expect(tree).toEqual({ digest: expect.any(String), provider: "host", version: "1.5-1" });
  expect(rig.list(tree ? (rig.context.store.tree(tree.digest) ?? "") : "")).toEqual([
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
  const tree = await provided(pkg({ name: "mawk", names: { apt: "mawk" } }), rig.pretended);
  expect(rig.list(tree ? (rig.context.store.tree(tree.digest) ?? "") : "")).toEqual([
    "bin/awk -> mawk",
    "bin/mawk*",
  ]);
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
  expect(await provided(bar, rig.pretended)).toEqual(first);
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
  const tree = await provided(foo, rig.pretended);
  expect(rig.list(tree ? (rig.context.store.tree(tree.digest) ?? "") : "")).toEqual([
    "include/foo.h",
    "lib64/libfoo.so -> libfoo.so.1",
  ]);
  expect(await provided(bar, rig.pretended)).toBeUndefined();
});

test("with apk, which writes paths without the leading slash", async () => {
  using rig = nativeRig();
  rig.write({
    "root/etc/os-release": "ID=alpine\n",
    "root/usr/include/foo.h": "",
    "bin/apk": '#!/bin/sh\n[ "$*" = "info -qL foo-dev" ] && echo usr/include/foo.h\n',
  });
  const tree = await provided(foo, rig.pretended);
  expect(rig.list(tree ? (rig.context.store.tree(tree.digest) ?? "") : "")).toEqual(["include/foo.h"]);
});
