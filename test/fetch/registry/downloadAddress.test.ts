import { expect, test } from "vitest";
import { downloadAddress } from "../../../src/fetch/registry/downloadCrates.ts";

const crate = (name: string) => ({ name, version: "1.2.3", source: "sparse+https://h/", checksum: "ab" });

test("an address without placeholders is completed as Cargo does", () => {
  expect(downloadAddress("https://h/crates", crate("serde"))).toBe("https://h/crates/serde/1.2.3/download");
  expect(downloadAddress("https://h/crates/", crate("serde"))).toBe("https://h/crates/serde/1.2.3/download");
});

test("placeholders stand for the crate's name, version, checksum, and directory in the index", () => {
  const dl = "https://h/{prefix}/{lowerprefix}/{crate}/{version}/{sha256-checksum}";
  expect(["A", "Ab", "Abc", "Abcd", "Abcdef"].map((name) => downloadAddress(dl, crate(name)))).toEqual([
    "https://h/1/1/A/1.2.3/ab",
    "https://h/2/2/Ab/1.2.3/ab",
    "https://h/3/A/3/a/Abc/1.2.3/ab",
    "https://h/Ab/cd/ab/cd/Abcd/1.2.3/ab",
    "https://h/Ab/cd/ab/cd/Abcdef/1.2.3/ab",
  ]);
});
