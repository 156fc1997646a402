import { parseMessage } from "../cargo/parseMessage.ts";

/** A file that Cargo reported, and the directory of the output that it belongs in. */
export type InstalledFile = { readonly directory: "bin" | "lib"; readonly file: string };

/**
 * What of Cargo's artifacts is installed: executables of the project's own packages that are neither tests,
 * benches, examples nor build scripts, and its `cdylib`s and `staticlib`s. Crane's `installFromCargoBuildLog`
 * chooses likewise.
 */
export function installedFiles(messages: readonly string[]): InstalledFile[] {
  const files = new Map<string, InstalledFile>();
  for (const line of messages) {
    const message = parseMessage(line);
    if (message?.type !== "compiler-artifact" || message.test) continue;
    if (!message.packageId.includes("path+file://")) continue;
    const { kind, crateTypes } = message.target;
    if (kind.includes("bin") && message.executable)
      files.set(message.executable, { directory: "bin", file: message.executable });
    if (!crateTypes.includes("cdylib") && !crateTypes.includes("staticlib")) continue;
    for (const file of message.filenames.filter(
      (name) => /\.(so|a|wasm)$/.test(name) && !kind.includes("proc-macro"),
    )) {
      files.set(file, { directory: "lib", file });
    }
  }
  return [...files.values()];
}
