import { spawn } from "node:child_process";
import { join } from "node:path";

/** Takes a lock, `step` unless told otherwise, in a process of its own, says so, and holds it for ever. */
export function holder(root: string, lock = "step") {
  const store = join(import.meta.dirname, "../../src/store/openStore.ts");
  const code = `
    import { openStore } from ${JSON.stringify(store)};
    await openStore(${JSON.stringify(root)}).value.exclusive(${JSON.stringify(lock)});
    console.log("held");
    setInterval(() => {}, 1000);`;
  return spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
}
