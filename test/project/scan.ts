import { expect } from "vitest";
import type { Filter } from "../../src/derivation/model.ts";
import { isScanRecord } from "../../src/project/scan/scanMemory.ts";
import { type ScanCache, type ScannedFile, scanSource } from "../../src/project/scan/scanSource.ts";

/** A cache in memory, which tells what was saved. `later` is how far its clock is ahead, in milliseconds. */
export function memoryCache(
  later = 0,
): ScanCache & { text: string | undefined; saves: number; notes: string[] } {
  const notes: string[] = [];
  const cache: ReturnType<typeof memoryCache> = {
    text: undefined,
    saves: 0,
    notes,
    load() {
      const record = cache.text === undefined ? undefined : parsed(cache.text);
      return isScanRecord(record) ? record : undefined;
    },
    save(record) {
      cache.text = JSON.stringify(record);
      cache.saves++;
    },
    note: (text: string) => void notes.push(text),
    now: () => Date.now() + later,
  };
  return cache;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function scan(directory: string, filter: Filter, cache: ScanCache = memoryCache()): ScannedFile[] {
  const scanned = scanSource(directory, filter, cache);
  expect(scanned).toMatchObject({ ok: true });
  return scanned.ok ? scanned.value : [];
}

export function pathsOf(directory: string, kind: "everything" | "cargo" | "automatic"): string[] {
  return scan(directory, { kind }).map((file) => file.path);
}
