import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { goProgram, type Running, startServer } from "./process.ts";

export const s3Keys = { AWS_ACCESS_KEY_ID: "gantry", AWS_SECRET_ACCESS_KEY: "a secret/key+of tests" };

/** An S3 server that verifies signatures, with a bucket `team`, whose objects are files below `files/team/`. */
export function startVersitygw(...more: readonly string[]): Promise<Running> {
  const program = goProgram("github.com/versity/versitygw", "1.8.0", "./cmd/versitygw");
  return startServer(1, (directory, [port]) => {
    mkdirSync(join(directory, "files/team"), { recursive: true });
    const login = ["--access", s3Keys.AWS_ACCESS_KEY_ID, "--secret", s3Keys.AWS_SECRET_ACCESS_KEY];
    return [
      program,
      "--port",
      `127.0.0.1:${port}`,
      ...login,
      "--region",
      "eu-central-1",
      "--keep-alive",
      ...more,
      "posix",
      join(directory, "files"),
    ];
  });
}
