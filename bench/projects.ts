import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { publishedSource } from "../scripts/publishedSource.ts";
import { realPrograms } from "../scripts/realPrograms.ts";
import type { Project } from "./project.ts";
import { writeWorkspace } from "./workspace/writeWorkspace.ts";

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
];

function published(name: string): Project {
  const program = realPrograms.find(({ crate }) => crate === name);
  if (program === undefined) throw new Error(`\`${name}\` is not among the real programs`);
  return {
    name,
    obtain: async (into) => void (await publishedSource(name, program.version, into)),
    main: program.main,
    manifest: "Cargo.toml",
    versioned: "Cargo.toml",
  };
}

async function obtainExample(into: string): Promise<void> {
  const left = new Set(["target", "result", ".gantry"]);
  await cp(join(import.meta.dirname, "../examples/parcels"), into, {
    recursive: true,
    filter: (from) => !left.has(basename(from)),
  });
  await execa("cargo", ["fetch", "--locked"], { cwd: into });
}
