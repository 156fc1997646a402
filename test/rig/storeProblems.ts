import { existsSync, readdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { digestOf } from "../../src/base/digest.ts";
import { readTree } from "../../src/store/readTree.ts";
import { treeDigest } from "../../src/store/treeDigest.ts";
import { readFileSync } from "node:fs";

/** What is wrong with a store: contents that are not what their names say, records of what is not there, leftovers. */
export function storeProblems(store: string): string[] {
  return [...damagedTrees(store), ...damagedBlobs(store), ...damagedIndex(store)];
}

/** What a command left in the store's `tmp/`, which it should have removed. */
export function leftInStore(store: string): string[] {
  return namesIn(`${store}/tmp`);
}

function damagedTrees(store: string): string[] {
  const names = namesIn(`${store}/trees`);
  return names.filter((name) => treeDigest(readTree(`${store}/trees/${name}`)) !== name).map((name) => `tree ${name}`);
}

function damagedBlobs(store: string): string[] {
  const paths = namesIn(`${store}/blobs`).flatMap((part) => namesIn(`${store}/blobs/${part}`).map((name) => `${part}/${name}`));
  return paths
    .filter((path) => digestOf(readFileSync(`${store}/blobs/${path}`)) !== path.slice(3).replace(/\.x$/, ""))
    .map((path) => `blob ${path}`);
}

function damagedIndex(store: string): string[] {
  if (!existsSync(`${store}/index.sqlite`)) return [];
  using database = new DatabaseSync(`${store}/index.sqlite`);
  const checked = database.prepare("PRAGMA integrity_check").all().map((row) => String(row["integrity_check"]));
  const rows = database.prepare("SELECT kind, value FROM memo WHERE kind IN ('result', 'unit')").all();
  const lost = rows.flatMap((row) => {
    const record = JSON.parse(String(row["value"]));
    const tree = String(record.output ?? record.tree);
    return existsSync(`${store}/trees/${tree}`) ? [] : [`${row["kind"]} without its tree ${tree}`];
  });
  return [...checked.filter((line) => line !== "ok").map((line) => `index: ${line}`), ...lost];
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
