import { existsSync } from "node:fs";
import { join } from "node:path";
import { insideRoot, keptDirectory, unpackDebian } from "../debianRoot.ts";
import { type Running, startServer } from "./process.ts";

/** buildbox-casd of Debian's: content store, action cache and ByteStream, by gRPC. */
export function startBuildbox(): Promise<Running> {
  const root = join(keptDirectory(), "buildbox");
  if (!existsSync(join(root, "usr/bin/buildbox-casd"))) unpackDebian(root, ["buildbox"]);
  return startServer(1, (directory, [port]) => [
    ...insideRoot(root, [directory]),
    ...["--die-with-parent", "buildbox-casd", `--bind=127.0.0.1:${port}`, join(directory, "cache")],
  ]);
}
