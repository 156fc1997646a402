import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { newKey, signingKey, trustedKey } from "../../../src/cache/statement/keys.ts";
import {
  entryKey,
  largestPack,
  readStatement,
  type Statement,
  wordOf,
  writeStatement,
} from "../../../src/cache/statement/statement.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const ours = keyPair("ci-1");
const theirs = keyPair("ci-1");
const name = { kind: "unit", version: 1, key: digestOf("serde") };
const statement: Statement = {
  ...{ format: 2, ...name, value: '{"tree":"x"}' },
  tree: { digest: digestOf("tree"), packs: [{ digest: digestOf("pack"), size: 10, unpacked: 100 }] },
  made: { by: "0.1.0", level: "full", at: 1_795_992_042, took: 1500 },
};

test("what a trusted key signed is read as it was written", () => {
  expect(readStatement(written(), name, [ours.trusted])).toEqual({ statement, signer: ours.trusted });
});

test("nothing else is believed, and it is said why", () => {
  const altered = (change: (text: string) => string) => Buffer.from(change(written().toString()));
  const problems = {
    "no statement": problem(Buffer.from("{}")),
    "no text": problem(Buffer.from([0xff, 0xfe])),
    "nobody is trusted": problem(written(), []),
    "another key of that name": problem(written(statement, theirs)),
    "a key of another name": problem(written(statement, keyPair("mallory"))),
    "a changed value": problem(
      altered((text) => text.replace('tree\\\\\\":\\\\\\"x', 'tree\\\\\\":\\\\\\"y')),
    ),
    "a changed pack": problem(altered((text) => text.replace(digestOf("pack"), digestOf("mine")))),
    "another's signature": problem(
      altered((text) => text.replace(signatureIn(text), signatureIn(written(statement, theirs).toString()))),
    ),
    "no signature": problem(altered((text) => text.replace(signatureIn(text), ""))),
    "replayed under another key": problem(written(), [ours.trusted], { ...name, key: digestOf("syn") }),
    "replayed as another kind": problem(written(), [ours.trusted], { ...name, kind: "result" }),
    "of another version": problem(written(), [ours.trusted], { ...name, version: 2 }),
    "made without a sandbox": problem(written({ ...statement, made: { ...statement.made, level: "none" } })),
    "more than a pack may hold": problem(
      written({
        ...statement,
        tree: {
          digest: digestOf("tree"),
          packs: [{ digest: digestOf("pack"), size: 1, unpacked: largestPack + 1 }],
        },
      }),
    ),
  };
  expect(problems).toMatchInlineSnapshot(`
    {
      "a changed pack": "has a signature that is not that of \`ci-1\`",
      "a changed value": "has a signature that is not that of \`ci-1\`",
      "a key of another name": "is signed by \`mallory\`, which is not among the trusted keys",
      "another key of that name": "has a signature that is not that of \`ci-1\`",
      "another's signature": "has a signature that is not that of \`ci-1\`",
      "made without a sandbox": "was made in a sandbox that shows what nobody declared",
      "more than a pack may hold": "is signed by \`ci-1\`, and of a form that this Gantry does not know",
      "no signature": "has a signature that is not that of \`ci-1\`",
      "no statement": "is not a signed statement",
      "no text": "is not a signed statement",
      "nobody is trusted": "is signed by \`ci-1\`, which is not among the trusted keys",
      "of another version": "is signed by \`ci-1\` for something else",
      "replayed as another kind": "is signed by \`ci-1\` for something else",
      "replayed under another key": "is signed by \`ci-1\` for something else",
    }
  `);
});

test("what rests on others' word is believed by who trusts all of them", () => {
  const [one, two] = [keyPair("ci-0"), keyPair("ci-2")];
  const resting = written({ ...statement, rests: [one.trusted.text, two.trusted.text] });
  const read = readStatement(resting, name, [ours.trusted, two.trusted, one.trusted]);
  expect(read).toMatchObject({ signer: ours.trusted });
  if ("statement" in read)
    expect(wordOf(read)).toEqual([one.trusted.text, ours.trusted.text, two.trusted.text]);
  expect(problem(resting, [ours.trusted, one.trusted])).toBe(
    "is signed by `ci-1` and rests on the word of `ci-2`, which is not among the trusted keys",
  );
  expect(problem(resting, [ours.trusted, one.trusted, keyPair("ci-2").trusted])).toMatch(/^is signed by/);
});

test("a date that nobody can write down is of no form that is known", () => {
  const far = { ...statement, made: { ...statement.made, at: 9e15 } };
  expect(problem(written(far))).toBe("is signed by `ci-1`, and of a form that this Gantry does not know");
});

test("one of several keys of a name suffices", () => {
  expect(readStatement(written(), name, [theirs.trusted, ours.trusted])).toMatchObject({
    signer: ours.trusted,
  });
});

test("a record of another kind, version or key lies elsewhere", () => {
  const keys = [name, { ...name, kind: "result" }, { ...name, version: 2 }, { ...name, key: "x" }].map(
    entryKey,
  );
  expect(new Set(keys).size).toBe(4);
});

test("keys are read as they are written, and nothing else is a key", () => {
  const { secret, trusted } = newKey("ci-1");
  expect(valueOfResult(signingKey(`${secret}\n`, "file")).trusted).toBe(trusted);
  expect(valueOfResult(trustedKey(trusted)).text).toBe(trusted);
  const other = newKey("ci-1").secret;
  const mixed = `ci-1:${Buffer.concat([bytes(secret).subarray(0, 32), bytes(other).subarray(32)]).toString("base64")}`;
  for (const text of [
    "",
    "ci-1",
    "ci-1:",
    `:${trusted.slice(5)}`,
    secret,
    `a b:${trusted.slice(5)}`,
    trusted.slice(0, -2),
  ])
    expect(trustedKey(text)).toMatchObject({ ok: false, error: { code: "cache-key" } });
  for (const text of [trusted, mixed, ""]) {
    const read = signingKey(text, "`GANTRY_CACHE_SIGN_WITH`");
    expect(read).toMatchObject({ ok: false, error: { code: "cache-key" } });
    expect(JSON.stringify(read)).not.toContain(text === "" ? "never" : text.slice(8));
  }
});

test("a secret key among those that are trusted is told as one, and never shown", () => {
  const { secret, trusted } = newKey("ci-1");
  expect(trustedKey(secret)).toMatchObject({
    ok: false,
    error: {
      message: "`ci-1:…` is the secret half of a key, and trusted is the public one",
      help: [expect.stringContaining(trusted)],
    },
  });
  const coded = secret.slice(5);
  for (const text of [
    secret,
    coded,
    `ci-1:${coded.slice(0, 60)}`,
    `ci-1:${coded}=`,
    `ci 1:${coded}`,
    `:${coded}`,
  ]) {
    const shown = JSON.stringify(trustedKey(text));
    expect(shown).toContain("cache-key");
    expect(shown).not.toContain(coded.slice(0, 20));
  }
});

function keyPair(name: string) {
  const { secret, trusted } = newKey(name);
  return { signing: valueOfResult(signingKey(secret, "test")), trusted: valueOfResult(trustedKey(trusted)) };
}

function written(of: Statement = statement, by = ours): Buffer {
  return Buffer.from(writeStatement(of, by.signing));
}

function problem(statement: Uint8Array, trusted = [ours.trusted], wanted = name): string {
  const read = readStatement(statement, wanted, trusted);
  return "problem" in read ? read.problem : "believed";
}

function signatureIn(text: string): string {
  return /"signature":"([^"]+)"/.exec(text)?.[1] ?? "";
}

function bytes(key: string): Buffer {
  return Buffer.from(key.slice(key.indexOf(":") + 1), "base64");
}
