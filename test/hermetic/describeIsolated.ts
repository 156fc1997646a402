import { spawnSync } from "node:child_process";
import { describeWhere } from "../rig/describeWhere.ts";

const namespaces = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "true"];
const works = spawnSync("unshare", namespaces).status === 0;

/** A suite that needs user namespaces. */
export function describeIsolated(what: string, body: () => void): void {
  const missing = "this machine does not allow user namespaces (gantry doctor says how to allow them)";
  describeWhere({ isThere: works, missing }, what, body);
}
