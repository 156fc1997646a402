import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { publishedSource } from "../scripts/publishedSource.ts";
import type { Project } from "./project.ts";
import { publishedProgram } from "./publishedProgram.ts";
import { publishedWorkspace } from "./publishedWorkspace.ts";
import { writeSynthetic } from "./synthetic/writeSynthetic.ts";
import { writeWorkspace } from "./workspace/writeWorkspace.ts";
import { writeManyFiles } from "./writeManyFiles.ts";

export const projects: readonly Project[] = [
  published("ripgrep"),
  published("fd-find"),
  { ...published("just"), library: "src/lib.rs" },
  {
    name: "parcels",
    obtain: obtainExample,
    protoc: true,
    main: "crates/server/src/main.rs",
    library: "crates/server/src/lib.rs",
    member: "crates/tracking/src/lib.rs",
    manifest: "crates/server/Cargo.toml",
    versioned: "Cargo.toml",
  },
  {
    name: "workspace",
    obtain: writeWorkspace,
    main: "app/src/main.rs",
    library: "app/src/lib.rs",
    member: "base/src/lib.rs",
    manifest: "app/Cargo.toml",
    versioned: "Cargo.toml",
  },
  {
    name: "ripgrep-workspace",
    obtain: obtainRipgrep,
    main: "crates/core/main.rs",
    member: "crates/matcher/src/lib.rs",
    manifest: "Cargo.toml",
    versioned: "Cargo.toml",
  },
  {
    name: "xh",
    obtain: (into) => obtainPublished("xh", "0.26.3", into),
    main: "src/main.rs",
    manifest: "Cargo.toml",
    versioned: "Cargo.toml",
  },
  {
    name: "synthetic",
    obtain: writeSynthetic,
    generatedCrates: true,
    main: "app/src/main.rs",
    library: "app/src/lib.rs",
    member: "member000/src/lib.rs",
    manifest: "app/Cargo.toml",
    versioned: "Cargo.toml",
  },
  {
    name: "many-files",
    obtain: writeManyFiles,
    generatedCrates: true,
    main: "src/main.rs",
    manifest: "Cargo.toml",
    versioned: "Cargo.toml",
  },
];

function published(name: string): Project {
  const { version, main } = publishedProgram(name);
  return {
    name,
    obtain: (into) => obtainPublished(name, version, into),
    main,
    manifest: "Cargo.toml",
    versioned: "Cargo.toml",
  };
}

async function obtainPublished(name: string, version: string, into: string): Promise<undefined> {
  await publishedSource(name, version, into);
  return undefined;
}

/** The repository of ripgrep with its ten packages, at the versions that were published together. */
function obtainRipgrep(into: string): Promise<undefined> {
  return publishedWorkspace(into, "ripgrep@15.2.0", {
    "crates/globset": "globset@0.4.19",
    "crates/grep": "grep@0.4.1",
    "crates/cli": "grep-cli@0.1.12",
    "crates/matcher": "grep-matcher@0.1.9",
    "crates/pcre2": "grep-pcre2@0.1.10",
    "crates/printer": "grep-printer@0.3.1",
    "crates/regex": "grep-regex@0.1.14",
    "crates/searcher": "grep-searcher@0.1.17",
    "crates/ignore": "ignore@0.4.29",
  });
}

async function obtainExample(into: string): Promise<undefined> {
  const left = new Set(["target", "result", ".gantry"]);
  await cp(join(import.meta.dirname, "../examples/parcels"), into, {
    recursive: true,
    filter: (from) => !left.has(basename(from)),
  });
  await execa("cargo", ["fetch", "--locked"], { cwd: into });
  return undefined;
}
