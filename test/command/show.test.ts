import { expect, test } from "vitest";
import { factsText } from "../../src/command/look/show.ts";

test("what a project offers and what it is built from", () => {
  const facts = {
    root: "/home/me/app",
    configuration: "/home/me/app/gantry.config.ts",
    packages: [{ name: "default", step: "app", layer: "app-deps" }],
    checks: [
      { name: "clippy", step: "app-clippy", layer: "app-deps" },
      { name: "fmt", step: "app-fmt" },
    ],
    images: [{ name: "server", step: "app-image", image: "registry.example.org/app:1.2" }],
    services: [{ name: "server", step: "app", ports: ["8080/tcp", "53/udp"] }],
    devShells: [
      { name: "default", packages: ["sqlite", "cargo-nextest 0.9.143"], variables: ["DATABASE_URL"] },
      { name: "ci", packages: [], variables: [] },
    ],
    sources: [{ root: ".", keeps: "what cargo reads" }],
    toolchains: [
      { version: "rustc 1.95.0", directory: "/opt/rust" },
      { awaited: "nightly will be downloaded by the first build" },
    ],
    native: [
      { name: "protobuf", provider: "crates", version: "3.21.12" },
      { name: "sqlite", missing: "`sqlite` is not installed" },
    ],
  };
  expect(factsText(facts).split("\n")).toEqual([
    "project        /home/me/app",
    "configuration  /home/me/app/gantry.config.ts",
    "source         the project's directory: what cargo reads",
    "toolchain      rustc 1.95.0, /opt/rust",
    "toolchain      nightly will be downloaded by the first build",
    "native         protobuf: crates 3.21.12",
    "native         sqlite: `sqlite` is not installed",
    "",
    "packages",
    "  default  app  on app-deps",
    "",
    "checks",
    "  clippy  app-clippy  on app-deps",
    "  fmt     app-fmt",
    "",
    "images",
    "  server  app-image  registry.example.org/app:1.2",
    "",
    "services",
    "  server  app  8080/tcp, 53/udp",
    "",
    "dev shells",
    "  default  the toolchain, sqlite, cargo-nextest 0.9.143, $DATABASE_URL",
    "  ci       the toolchain",
  ]);
});

test("a project without a configuration and without checks", () => {
  const facts = {
    root: "/app",
    packages: [{ name: "default", step: "app" }],
    checks: [],
    images: [],
    services: [],
    devShells: [],
    sources: [],
    toolchains: [],
    native: [],
  };
  expect(factsText(facts)).toBe(
    "project        /app\nconfiguration  none: what any Cargo project offers\n\npackages\n  default  app",
  );
});
