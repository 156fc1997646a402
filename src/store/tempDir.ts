import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { TempDir } from "./store.ts";

/** A fresh directory `<root>/<pid>-<purpose>-XXXXXX`; the process id tells later runs whose it was. */
export function tempDir(root: string, purpose: string): TempDir {
  mkdirSync(root, { recursive: true });
  const path = mkdtempSync(`${root}/${process.pid}-${purpose}-`);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await removeAll(path);
    },
  };
}

/** Removes what processes that are no longer alive have left behind. */
export function removeAbandoned(root: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(root);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number.parseInt(name, 10);
    if (pid > 0 && !alive(pid)) removeAllSync(`${root}/${name}`);
  }
}

/** Removes a directory even where a build left directories without permissions, as overlayfs does. */
export async function removeAll(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

export function removeAllSync(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function makeWritable(directory: string): void {
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(`${directory}/${entry.name}`);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
