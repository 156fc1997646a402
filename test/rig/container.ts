import { spawnSync } from "node:child_process";

/** `unshare` with these has a program run as in a container: it is process 1, and sees no others. */
export const inContainer = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** For `describeWhere`. */
export const containers = {
  isThere: spawnSync("unshare", [...inContainer, "true"]).status === 0,
  missing: "namespaces of users and processes (sysctl kernel.unprivileged_userns_clone=1)",
};
