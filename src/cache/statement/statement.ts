import * as v from "valibot";
import { byCodeUnit, canonical, type Digest, digestOf } from "../../base/digest.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { data, digest, fields, list } from "../../base/schemas.ts";
import { keyName, type SigningKey, type TrustedKey } from "./keys.ts";

/**
 * What is shared of a record: a statement that somebody signed. Whoever can write to a server can leave out statements, keep old
 * ones and bring others' of other keys; he cannot change one, nor put it in the place of another.
 */
export type Statement = v.InferOutput<typeof statement>;

/** A blob and the bytes that it unpacks to, of which none are taken beyond that. */
export type Pack = v.InferOutput<typeof pack>;

/** The most that one pack may unpack to, in bytes: it is in memory then. */
export const largestPack = 16 * 1024 * 1024;

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const pack = fields({ digest, size, unpacked: v.pipe(size, v.maxValue(largestPack)) });

/** That of the year 9999: what comes after it is no date that can be written. */
const lastSecond = 253_402_300_799;

const statement = fields({
  format: v.literal(2),
  /** What kind of record it is, of which version, and its key. */
  kind: v.string(),
  version: size,
  key: v.string(),
  /** What the record says, as JSON, or in a pack of its own. */
  value: v.union([v.string(), pack]),
  /** The tree that the record stands for, as one stream of bytes in packs. */
  tree: v.exactOptional(fields({ digest, packs: list(pack) })),
  /** What the step printed. */
  log: v.exactOptional(list(pack)),
  /**
   * The public keys of those whose word had a part in it, the signer left out: it is as good as all of them. Absent: nobody's.
   */
  rests: v.exactOptional(list(v.string())),
  made: fields({
    /** By which Gantry. */
    by: v.string(),
    /** How what it came from was isolated. */
    level: v.string(),
    /** In seconds after the epoch. */
    at: v.pipe(size, v.maxValue(lastSecond)),
    /** How long it took, in milliseconds. */
    took: size,
  }),
});

const envelope = fields({ name: v.string(), signature: v.string(), statement: v.string() });

/** The only level of isolation at which nothing but what is in a key can have had a part in a result. */
export const sharedLevel = "full" as const;

/** What a record is found under. */
export type RecordName = { readonly kind: string; readonly version: number; readonly key: string };

/** Where the statement about a record is. */
export function entryKey({ kind, version, key }: RecordName): Digest {
  return digestOf(canonical(["gantry shared cache", 2, kind, version, key]));
}

/** What is signed: nothing that anybody signs with the same key for another purpose can be taken for it. */
function signed(text: string): Buffer {
  return Buffer.from(`gantry shared cache statement 2\n${text}`);
}

/** A statement with who says it and their signature, as `readStatement` takes it. */
export function writeStatement(statement: Statement, key: SigningKey): Uint8Array {
  const text = canonical(data_(statement));
  const signature = key.sign(signed(text)).toString("base64");
  return Buffer.from(canonical({ name: key.name, signature, statement: text }));
}

/** JSON of it is plain data, in which nothing is undefined. */
function data_(statement: Statement) {
  return v.parse(data, JSON.parse(JSON.stringify(statement)));
}

/** A statement that is believed, and whose it is. */
export type Believed = { readonly statement: Statement; readonly signer: TrustedKey };

/** Why a statement is not believed, as the end of a sentence about it. */
export type Distrust = { readonly problem: string };

/**
 * The statement in an entry, if it is signed by a key that is believed, rests on the word of none that is not, and is about what was
 * asked for.
 *
 * @param bytes anybody's
 */
export function readStatement(
  bytes: Uint8Array,
  wanted: RecordName,
  trusted: readonly TrustedKey[],
): Believed | Distrust {
  const outer = v.safeParse(envelope, parsedJson(Buffer.from(bytes).toString()));
  if (!outer.success) return { problem: "is not a signed statement" };
  const { name, signature, statement: text } = outer.output;
  const named = trusted.filter((key) => key.name === name);
  if (named.length === 0)
    return { problem: `is signed by \`${shown(name)}\`, which is not among the trusted keys` };
  const signer = named.find((key) => key.verifies(signed(text), Buffer.from(signature, "base64")));
  if (!signer) return { problem: `has a signature that is not that of \`${shown(name)}\`` };
  const inner = v.safeParse(statement, parsedJson(text));
  if (!inner.success)
    return { problem: `is signed by \`${shown(name)}\`, and of a form that this Gantry does not know` };
  const { kind, version, key, made, rests = [] } = inner.output;
  if (kind !== wanted.kind || version !== wanted.version || key !== wanted.key)
    return { problem: `is signed by \`${shown(name)}\` for something else` };
  if (made.level !== sharedLevel) return { problem: "was made in a sandbox that shows what nobody declared" };
  const doubtful = rests.find((each) => !trusted.some(({ text }) => text === each));
  if (doubtful !== undefined)
    return {
      problem:
        `is signed by \`${shown(name)}\` and rests on the word of \`${shown(keyName(doubtful))}\`, ` +
        "which is not among the trusted keys",
    };
  return { statement: inner.output, signer };
}

/** Of a text that anybody may have written, what is fit for a terminal. */
export function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, "?");
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain;
}

/** The public keys of all whose word a statement is, in a fixed order. */
export function wordOf({ statement, signer }: Believed): readonly string[] {
  return [...new Set([signer.text, ...(statement.rests ?? [])])].sort(byCodeUnit);
}

/** All blobs that a statement needs. */
export function packsOf({ value, tree, log }: Statement): readonly Pack[] {
  return [...(typeof value === "string" ? [] : [value]), ...(tree?.packs ?? []), ...(log ?? [])];
}
