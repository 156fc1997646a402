import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";
import { besideOf } from "./beside.ts";

/**
 * Gives a file that is there other bytes, and keeps its mode, its owner and its links. Whenever the process ends, the old bytes
 * or the new ones are on the disk as a whole: the new ones are written beside (`FILE.1d5c0a7e.whole`), and take the
 * file's place in one step. Only a file that has several names, or an owner that one may not give to another, is written over, once the new
 * bytes are safe beside it.
 *
 * @param before what the file has, to be put back where writing it over fails
 * @throws what the system throws; the file is as it was then, and nothing lies beside it. Where it could not be put back, the
 *   new bytes stay beside it, and the message says so
 */
export function rewriteFile(file: string, bytes: Uint8Array, before: Uint8Array): void {
  const to = realpathSync(file);
  const beside = besideOf(to, "whole");
  const own = openSync(to, "r+");
  try {
    const isTwin = fill(beside, bytes, fstatSync(own));
    if (isTwin) renameSync(beside, to);
    else writeOver(own, { bytes, before, beside });
  } finally {
    closeSync(own);
  }
}

/** Whether what was written can stand for the file: by mode and owner, and as no other name leads to that. */
function fill(beside: string, bytes: Uint8Array, { mode, uid, gid, nlink }: Stats): boolean {
  const written = openSync(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeAll(written, bytes, 0);
    const made = fstatSync(written);
    const isOwn = (made.uid === uid && made.gid === gid) || isGiven(written, uid, gid);
    fchmodSync(written, mode & 0o7777);
    fsyncSync(written);
    return isOwn && nlink === 1;
  } catch (thrown) {
    rmSync(beside);
    throw thrown;
  } finally {
    closeSync(written);
  }
}

function isGiven(file: number, uid: number, gid: number): boolean {
  try {
    fchownSync(file, uid, gid);
    return true;
  } catch {
    return false;
  }
}

type Over = { readonly bytes: Uint8Array; readonly before: Uint8Array; readonly beside: string };

/** What is longer than before comes first: it needs room, and can be cut off again. */
function writeOver(own: number, { bytes, before, beside }: Over): void {
  try {
    writeAll(own, bytes.subarray(before.length), before.length);
    writeAll(own, bytes.subarray(0, before.length), 0);
    ftruncateSync(own, bytes.length);
    fsyncSync(own);
  } catch (thrown) {
    try {
      ftruncateSync(own, before.length);
      writeAll(own, before, 0);
    } catch {
      if (thrown instanceof Error) thrown.message += `; what was to be written is in ${beside}`;
      throw thrown;
    }
    rmSync(beside);
    throw thrown;
  }
  rmSync(beside);
}

function writeAll(file: number, bytes: Uint8Array, from: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, from + at);
}
