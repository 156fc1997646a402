import { expect, test } from "vitest";
import { registryCrates } from "../../bench/synthetic/registryCrates.ts";
import { syntheticFiles } from "../../bench/synthetic/syntheticFiles.ts";

test("every crate depends on crates before it", () => {
  expect(registryCrates(5)).toEqual([
    { name: "synthetic-0000", dependencies: [] },
    { name: "synthetic-0001", dependencies: ["synthetic-0000"] },
    { name: "synthetic-0002", dependencies: ["synthetic-0001", "synthetic-0000"] },
    { name: "synthetic-0003", dependencies: ["synthetic-0001"] },
    { name: "synthetic-0004", dependencies: ["synthetic-0002", "synthetic-0001"] },
  ]);
});

test("the members share the crates, and the application is over all members", () => {
  const files = syntheticFiles(200, registryCrates(1000));

  const manifests = Object.entries(files).filter(([path]) => path.endsWith("/Cargo.toml"));
  expect(manifests).toHaveLength(200);
  const used = manifests.flatMap(([, text]) => text.match(/^synthetic-\d+ = "1"$/gm) ?? []);
  expect(new Set(used).size).toBe(1000);
  expect(files["app/Cargo.toml"]?.match(/path = /g)).toHaveLength(199);
  expect(files["member006/src/lib.rs"]).toContain("member001::WEIGHT");
});
