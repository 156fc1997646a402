import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";

/**
 * Keys that sign what is shared: Ed25519 (RFC 8032), written as Nix writes them, `name:base64`. The public one is 32 bytes,
 * the secret one these after its own 32.
 */

/** A key whose word is believed. */
export type TrustedKey = {
  /** Who has it, for people: `ci-1`. */
  readonly name: string;
  /** `ci-1:…`: names are nobody's own, so that this is what tells keys apart. */
  readonly text: string;
  readonly verifies: (data: Uint8Array, signature: Uint8Array) => boolean;
};

export type SigningKey = {
  readonly name: string;
  /** Its public half, as `trustedKeys` has it. */
  readonly trusted: string;
  /** Itself, to be handed to a process of one's own and to nobody else. */
  readonly secret: string;
  readonly sign: (data: Uint8Array) => Buffer;
};

/** @returns both halves as text */
export function newKey(name: string): { readonly secret: string; readonly trusted: string } {
  const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const own = Buffer.from(x, "base64url");
  const secret = Buffer.concat([Buffer.from(d, "base64url"), own]);
  return { secret: `${name}:${secret.toString("base64")}`, trusted: `${name}:${own.toString("base64")}` };
}

/** What a key may be called. */
export function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/.test(name);
}

/** What somebody is called who has a public key, if it is one. */
export function keyName(text: string): string {
  return text.replace(/:.*/s, "");
}

/**
 * Errors: `cache-key`.
 *
 * @param from where it stands, for people. Default: that is not said
 */
export function trustedKey(text: string, from?: string): Result<TrustedKey> {
  const parts = keyParts(text, 32);
  if (!parts) return err(malformed(text, from));
  const key = publicKey(parts.bytes);
  return ok({
    name: parts.name,
    text: `${parts.name}:${parts.bytes.toString("base64")}`,
    verifies: (data, signature) => signature.length === 64 && verify(null, data, key, signature),
  });
}

/**
 * Errors: `cache-key`. What is wrong with it is said without it.
 *
 * @param from where it was found, for people
 */
export function signingKey(text: string, from: string): Result<SigningKey> {
  const parts = keyParts(text, 64);
  const wrong = diagnostic("cache-key", `${from} is not a key to sign with`, {
    notes: ["it is `NAME:` and 64 bytes in base 64, as `gantry cache key new NAME` writes it"],
    help: ["make one: gantry cache key new NAME --out FILE"],
    status: 2,
  });
  if (!parts) return err(wrong);
  const [seed, own] = [parts.bytes.subarray(0, 32), parts.bytes.subarray(32)];
  const key = createPrivateKey({
    key: { kty: "OKP", crv: "Ed25519", d: seed.toString("base64url"), x: own.toString("base64url") },
    format: "jwk",
  });
  // The public half is also there by itself, and may be another's.
  const probe = Buffer.from("gantry");
  if (!verify(null, probe, publicKey(own), sign(null, probe, key))) return err(wrong);
  return ok({
    name: parts.name,
    trusted: `${parts.name}:${own.toString("base64")}`,
    secret: `${parts.name}:${parts.bytes.toString("base64")}`,
    sign: (data) => sign(null, data, key),
  });
}

function publicKey(bytes: Buffer) {
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") },
    format: "jwk",
  });
}

function keyParts(text: string, size: number): { readonly name: string; readonly bytes: Buffer } | undefined {
  const [, name = "", coded = ""] = /^([^:]+):([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(coded, "base64");
  // More than one text may be read as the same bytes; there is one that they are written as.
  const isOwn = bytes.length === size && bytes.toString("base64") === coded;
  return isOwn && isKeyName(name) ? { name, bytes } : undefined;
}

/** What is longer than a public key may be a secret one, or a part of one, and is not shown. */
function malformed(text: string, from: string | undefined) {
  const place = from === undefined ? [] : [`it stands in ${from}`];
  const [, name = ""] = /^([^:]{1,100}):/.exec(text) ?? [];
  const isLong = text.length - (name === "" ? 0 : name.length + 1) > publicLength;
  const shown = isLong ? `${name === "" ? "" : `${name}:`}…` : text;
  const secret = signingKey(text, "it");
  if (secret.ok)
    return diagnostic(
      "cache-key",
      `\`${shown}\` is the secret half of a key, and trusted is the public one`,
      {
        notes: [...place, "whoever could read it where it was written can sign with it"],
        help: [`write \`${secret.value.trusted}\`, and make another key if others could read this one`],
        status: 2,
      },
    );
  return diagnostic("cache-key", `\`${shown}\` is not a public key of a shared cache`, {
    notes: [
      ...place,
      "it is `NAME:` and 32 bytes in base 64, as `gantry cache key new NAME` prints it",
      ...(isLong ? ["it is too long for that, and not shown, since it may be a secret half"] : []),
    ],
    status: 2,
  });
}

/** Of 32 bytes in base 64. */
const publicLength = 44;
