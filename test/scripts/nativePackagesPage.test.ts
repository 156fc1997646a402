import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withNativeTables } from "../../scripts/nativePackagesPage.ts";

test("`docs/native-packages.md` says what the tables in `src/crane/pkgs` say", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/native-packages.md"), "utf8");
  expect(page, "node scripts/nativePackagesPage.ts").toBe(withNativeTables(page));
  expect(page).toContain("| `protobuf` | `protoc` |  | `protobuf` | `protobuf-compiler` |");
  expect(page).toContain("| `openssl-sys` | openssl, pkgConfig | `openssl-src` |");
});

test("what stands between two markers is replaced, and what stands around them stays", () => {
  const written = withNativeTables(
    "before\n<!-- begin recognised -->\nold\n<!-- end recognised -->\nafter\n",
  );
  expect(written.replace(/^\| `.*\n/gm, "")).toBe(
    [
      "before",
      "<!-- begin recognised -->",
      "",
      "| crate | needs | unless the lock has |",
      "| --- | --- | --- |",
      "",
      "<!-- end recognised -->",
      "after",
      "",
    ].join("\n"),
  );
});
