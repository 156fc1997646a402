import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** How a process ended, and all that it wrote. */
export type End = { readonly status: number | null; readonly out: string; readonly err: string };

export function endOf(child: ChildProcessWithoutNullStreams): Promise<End> {
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, err })));
}
