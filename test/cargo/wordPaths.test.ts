import { expect, test } from "vitest";
import { wordPaths } from "../../src/cargo/config/settings.ts";

test.each([
  ["@flags.txt", "flags.txt"],
  ["-Clink-arg=-Wl,-T,ld.x", "ld.x"],
  ["-Clink-arg=-Tld.x", "ld.x"],
  ["-Clink-arg=-Wl,@ld.txt", "ld.txt"],
  ["-Clink-arg=-Wl,--version-script=a,b.map", "a,b.map"],
  ["-Clink-args=-T ld.x -Lmore", "ld.x"],
  ["-Lnative=lib/c", "lib/c"],
  ["-Llib/c", "lib/c"],
  ["-Zcodegen-backend=/build/source/a.so", "/build/source/a.so"],
])("`%s` may name `%s`", (word, path) => {
  expect(wordPaths(word)).toContain(path);
});
