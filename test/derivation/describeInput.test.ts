import { expect, test } from "vitest";
import type { Input } from "../../src/derivation/model.ts";
import { describeFilter, describeInput } from "../../src/derivation/steps.ts";
import { outputOf, src, step } from "./steps.ts";

test("filters in words", () => {
  const cargo = { kind: "cargo" } as const;
  const globs = { kind: "globs", patterns: ["migrations/**", "*.proto"] } as const;
  expect(
    [
      cargo,
      { kind: "everything" } as const,
      { kind: "automatic" } as const,
      globs,
      { kind: "where", keep: () => true } as const,
      { kind: "union", of: [cargo, globs] } as const,
      { kind: "intersection", of: [cargo, globs] } as const,
      { kind: "difference", of: cargo, without: globs } as const,
    ].map(describeFilter),
  ).toEqual([
    "what cargo reads",
    "all that git does not ignore",
    "all but what no build reads",
    "migrations/**, *.proto",
    "what a function keeps",
    "what cargo reads, and migrations/**, *.proto",
    "(what cargo reads) if also (migrations/**, *.proto)",
    "(what cargo reads) without (migrations/**, *.proto)",
  ]);
});

test("inputs in words", () => {
  const inputs: Input[] = [
    src,
    { type: "dummy-source", of: src },
    { type: "vendor", of: src },
    { type: "outline", of: src, for: "audit" },
    { type: "outline", of: src, for: "deny" },
    { type: "advisory-database", of: src },
    { type: "cooldown", of: src, days: 7, allow: [] },
    { type: "script-policy", of: { type: "vendor", of: src }, ledger: "script-policy.toml" },
    { type: "vendor-config", of: { ...src, root: "tools/" } },
    { type: "native", name: "protobuf", bins: ["protoc"], pkgConfig: [], names: {} },
    outputOf(step("app")),
    { type: "toolchain", request: { components: [], targets: [] } },
    { type: "toolchain", request: { channel: "1.95.0", components: [], targets: [] } },
    { type: "base-system" },
    { type: "files", files: { "a/b": "", c: "" } },
  ];
  expect(inputs.map(describeInput)).toEqual([
    "source .",
    "manifests of .",
    "crates of Cargo.lock",
    "lock of .",
    "lock, manifests and licences of .",
    "advisories of source .",
    "ages of the crates of Cargo.lock",
    "what script-policy.toml has of the crates of Cargo.lock",
    "vendor configuration of tools/Cargo.lock",
    "protobuf",
    "the output of app",
    "toolchain of the project",
    "toolchain 1.95.0",
    "base system",
    "files a/b, c",
  ]);
});
