import { join } from "node:path";
import { goProgram, type Running, startServer } from "./process.ts";

/** bazel-remote, on ports for HTTP and gRPC, in this order. */
export function startBazelRemote(...more: readonly string[]): Promise<Running> {
  const program = goProgram("github.com/buchgr/bazel-remote/v2", "2.6.1");
  return startServer(2, (directory, [http, grpc]) => [
    program,
    ...["--dir", join(directory, "cache"), "--max_size", "1", "--access_log_level", "all"],
    ...["--http_address", `127.0.0.1:${http}`, "--grpc_address", `127.0.0.1:${grpc}`, ...more],
  ]);
}
