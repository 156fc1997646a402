import { afterAll, beforeAll, expect, test } from "vitest";
import { pkgs } from "../../../src/crane/pkgs/pkgs.ts";
import type { NativePackage } from "../../../src/derivation/model.ts";
import { baseSystem } from "../../../src/fetch/native/baseSystem.ts";
import { crateBinaries } from "../../../src/fetch/native/crateBinaries.ts";
import { provideNative } from "../../../src/fetch/native/provideNative.ts";
import type { NativeTree } from "../../../src/fetch/native/provider.ts";
import { notCovered } from "../../rig/notCovered.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { debianPackages } from "./debianPackages.ts";
import { inSandbox } from "./inSandbox.ts";
import { nativeRig } from "./nativeRig.ts";

const rig = nativeRig();
afterAll(() => rig[Symbol.dispose]());

let lacking: true | string = true;
let base = "";
/** How long it took to read it for the first time. */
let first = 0;
beforeAll(async () => {
  const libraries = ["libssl-dev", "zlib1g-dev"];
  lacking = await debianPackages("bubblewrap", "g++", "pkg-config", "cmake", "perl", ...libraries);
  if (lacking !== true) return notCovered("builds with what the host has", lacking);
  const start = performance.now();
  base = valueOfResult(await valueOfResult(await baseSystem(rig.context.store, rig.context)).place());
  first = performance.now() - start;
}, 120_000);

async function tree(wanted: NativePackage): Promise<string> {
  return placed(valueOfResult(await provideNative(wanted, rig.context)));
}

async function placed(native: NativeTree): Promise<string> {
  return valueOfResult(await valueOfResult(await native.tree()).place());
}

const c = `cat >hello.c <<'END'
#include <stdio.h>
int main(void) { puts("hello from C"); }
END
`;

test("the base system compiles and runs C and C++, and has a shell and its tools", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const script = `${c}
cat >hello.cpp <<'END'
#include <iostream>
#include <vector>
int main() { std::vector<int> v{1, 2}; std::cout << "hello from C++ " << v.size() << std::endl; }
END
cc -O2 hello.c -o c && ./c
c++ -O2 -flto hello.cpp -o cpp && ./cpp
printf 'all:\\n\\t@echo made\\n' >Makefile && make
echo a b | awk '{ print $2 }'
which ld`;
  expect(await inSandbox([base], script)).toEqual({
    status: 0,
    output: "hello from C\nhello from C++ 2\nmade\nb\n/usr/bin/ld",
  });
});

test("libraries and tools that are only on the host are not there", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const script = `${c}
cc -include zlib.h -c hello.c 2>&1 | grep -o 'zlib.h: No such file or directory' || true
for tool in pkg-config cmake perl python3 git curl protoc; do command -v $tool || true; done
cc hello.c -lz 2>&1 | grep -o 'cannot find -lz'
ls / /usr`;
  expect(await inSandbox([base], script)).toEqual({
    status: 0,
    output:
      "zlib.h: No such file or directory\ncannot find -lz\n/:\nbin\ndev\nlib\nlib64\nproc\ntmp\nusr\n\n/usr:\nbin\ninclude\nlib\nlib64\nlibexec",
  });
});

test("protoc from its crate runs and finds its standard imports", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const provided = await crateBinaries.provide(pkgs.protobuf, rig.context);
  if (!provided.ok || !provided.value) throw new Error(JSON.stringify(provided));
  expect(provided.value).toMatchObject({ provider: "crate-binaries", version: "3.3.0" });
  const protobuf = await placed(provided.value);
  const script = `cat >a.proto <<'END'
syntax = "proto3";
import "google/protobuf/timestamp.proto";
message A { google.protobuf.Timestamp at = 1; }
END
${pkgs.protobuf.bin("protoc")} a.proto --descriptor_set_out=a.bin && test -s a.bin && echo compiled`;
  expect(await inSandbox([protobuf, base], script)).toEqual({ status: 0, output: "compiled" });
});

test("openssl and zlib are found by pkg-config, and link", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const trees = await Promise.all([pkgs.openssl, pkgs.pkgConfig, pkgs.zlib].map(tree));
  const script = `cat >v.c <<'END'
#include <openssl/crypto.h>
#include <stdio.h>
#include <zlib.h>
int main(void) { printf("%.7s, zlib %.1s\\n", OpenSSL_version(OPENSSL_VERSION), zlibVersion()); }
END
echo $(pkg-config --libs openssl zlib)
cc v.c $(pkg-config --cflags --libs openssl zlib) -o v && ./v`;
  expect(await inSandbox([...trees, base], script)).toEqual({
    status: 0,
    output: "-lssl -lcrypto -lz\nOpenSSL, zlib 1",
  });
});

test("cmake and perl find the files that they consist of", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const trees = await Promise.all([pkgs.cmake, pkgs.perl].map(tree));
  const script = `${c}
printf 'cmake_minimum_required(VERSION 3.10)\\nproject(hello C)\\nadd_executable(hello hello.c)\\n' >CMakeLists.txt
cmake -S . -B out >log && make -C out >>log && out/hello
perl -MData::Dumper -MPOSIX=floor -e 'print floor(1.5), "\\n"'`;
  expect(await inSandbox([...trees, base], script)).toEqual({ status: 0, output: "hello from C\n1" });
}, 60_000);

test("to know that nothing has changed, nothing is read again", async ({ skip }) => {
  if (lacking !== true) return skip(lacking);
  const times = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await baseSystem(rig.context.store, rig.context);
    times.push(performance.now() - start);
  }
  expect(Math.min(...times)).toBeLessThan(first / 10);
});
