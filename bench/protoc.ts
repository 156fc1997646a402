import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { publishedSource } from "../scripts/publishedSource.ts";

/** The official `protoc` for this Linux machine, out of the crate that carries it, unpacked into `into`. */
export async function protoc(into: string): Promise<string> {
  const machine = process.arch === "arm64" ? "aarch_64" : "x86_64";
  await publishedSource(`protoc-bin-vendored-linux-${machine}`, "3.3.0", into);
  const program = join(into, "bin/protoc");
  await chmod(program, 0o755);
  return program;
}
