import { spawnSync } from "node:child_process";
import { describeWhere } from "../rig/describeWhere.ts";

const namespaces = ["--user", "--map-root-user", "--mount"];
const sandboxed = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"];
const works = spawnSync("unshare", [...namespaces, ...sandboxed]).status === 0;

/** A suite that needs bubblewrap and user namespaces. */
export function describeIsolated(what: string, body: () => void): void {
  const missing = "bubblewrap does not work on this machine (apt install bubblewrap)";
  describeWhere({ isThere: works, missing }, what, body);
}
