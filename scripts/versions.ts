import { cpus, release } from "node:os";
import { execa } from "execa";
import packageJson from "../package.json" with { type: "json" };

export type Versions = {
  readonly cargo: string;
  readonly rustc: string;
  readonly node: string;
  readonly gantry: string;
  /** What compiles C, and links. */
  readonly cc: string;
  /** The kernel: what makes the sandbox. */
  readonly linux: string;
  readonly cpu: string;
};

/** What a measurement depends on beside the code that is measured. */
export async function versions(): Promise<Versions> {
  const processors = cpus();
  return {
    cargo: await versionOf("cargo"),
    rustc: await versionOf("rustc"),
    node: process.version.replace(/^v/, ""),
    gantry: packageJson.version,
    cc: await versionOf("cc"),
    linux: release(),
    cpu: `${processors.length} × ${processors[0]?.model ?? "unknown"}`,
  };
}

/** One line for people. */
export function versionLine({
  cpu,
  ...programs
}: { readonly cpu: string } & Readonly<Record<string, string>>): string {
  return `${Object.entries(programs)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}; ${cpu}`;
}

async function versionOf(program: string): Promise<string> {
  const { stdout, failed } = await execa(program, ["--version"], { reject: false });
  return failed ? "not installed" : (stdout.match(/\d+\.\d+[^\s)]*/)?.[0] ?? stdout);
}
