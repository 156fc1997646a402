import { createHash, hash, webcrypto } from "node:crypto";

/** Plain data: what a key may be made from. No `undefined`, no dates, no class instances. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [name: string]: Data };

/**
 * The one encoding of a value that keys are hashed from: JSON without white space, names sorted by code
 * unit (never by locale), numbers integral and safe. Two values encode alike only if they are equal.
 *
 * @throws on numbers that are not safe integers: they could not be written the same way everywhere.
 */
export function canonical(data: Data): string {
  if (data === null || typeof data === "boolean") return String(data);
  if (typeof data === "string") return JSON.stringify(data);
  if (typeof data === "number") {
    if (!Number.isSafeInteger(data)) throw new Error(`not a safe integer: ${data}`);
    return String(data);
  }
  let text = "";
  if (isList(data)) {
    for (const each of data) text += `${text && ","}${canonical(each)}`;
    return `[${text}]`;
  }
  // Without a comparison of ours it sorts by code units, too, and in a third of the time.
  for (const name of Object.keys(data).sort())
    text += `${text && ","}${JSON.stringify(name)}:${canonical(data[name] ?? null)}`;
  return `{${text}}`;
}

/** Orders strings by UTF-16 code unit: the same on every machine, whatever its locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}

/** Whether a value from outside, such as parsed JSON, is an object with names, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

declare const brand: unique symbol;

/** A SHA-256 in lower-case hexadecimal. Only this module makes one. */
export type Digest = string & { readonly [brand]: "Digest" };

/** The digest of bytes, or of a string's UTF-8. */
export function digestOf(data: string | Uint8Array): Digest {
  return hash("sha256", data, "hex") as Digest;
}

/** A digest that is read from a file or the index; undefined where the text is not one. */
export function asDigest(text: string): Digest | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}

/** Digests whose bytes stand one after the other. */
export function digestsIn(bytes: Buffer): Digests {
  const text = bytes.toString("hex");
  return {
    length: Math.floor(text.length / 64),
    at: (place) => text.slice(64 * place, 64 * place + 64) as Digest,
  };
}

type Digests = { readonly length: number; readonly at: (place: number) => Digest };

/** Digests bytes as they come, for files too large to hold. */
export function digester(): { update(data: Uint8Array): void; finish(): Digest } {
  const sha256 = createHash("sha256");
  return {
    update: (data) => void sha256.update(data),
    finish: () => sha256.digest("hex") as Digest,
  };
}

/** What people see of a digest: the first 12 characters. */
export function short(digest: Digest): string {
  return digest.slice(0, 12);
}

/** The digest of bytes, made on a thread of its own, so that several are made at once. */
export async function digestAside(data: Uint8Array<ArrayBuffer>): Promise<Digest> {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", data)).toString("hex") as Digest;
}
