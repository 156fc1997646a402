import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../../base/diagnostic.ts";
import { errorCode } from "../../../base/narrowing.ts";
import { err, ok } from "../../../base/result.ts";
import type { Command } from "../../command.ts";

type KeyOptions = {
  readonly name: string;
  /** Where the secret half goes, absolute; absent: to standard output. */
  readonly file: string | undefined;
};

/** `gantry cache key new`: makes a key to sign with, and the half of it that others are told. */
export const cacheKeyNew: Command<KeyOptions> = {
  doing: "making a key",
  details:
    "Whoever has the secret half can put results into the builds of all who trust the other one: it belongs into the " +
    "secrets of the CI, as `GANTRY_CACHE_SIGN_WITH`, and nowhere else. The public half goes into `trustedKeys` of the " +
    "configuration. Names need not be secret or unique; `ci-1` leaves room for `ci-2`, when the key is replaced.",
  operands: [{ name: "NAME", summary: "what people know it by", required: true }],
  options: [
    { name: "out", value: "PATH", summary: "write the secret half to this file, which only you can read" },
  ],
  examples: [
    ["gantry cache key new ci-1 --out ci-1.secret", "writes the secret half, and prints the public one"],
    ["gantry cache key new ci-1", "prints both, and says which is which"],
  ],
  read(args) {
    const file = args.value("out");
    return { name: args.operands[0] ?? "", file: file === undefined ? undefined : resolve(args.cwd, file) };
  },
  async run({ name, file }, emit) {
    const { isKeyName, newKey } = await import("../../../cache/statement/keys.ts");
    if (!isKeyName(name)) {
      return err(
        diagnostic("cache-key", `\`${name}\` cannot be what a key is called`, {
          notes: ["letters, digits and `._@+-`, at most 100"],
          status: 2,
        }),
      );
    }
    const { secret, trusted } = newKey(name);
    const tell = () => {
      for (const text of whereHalvesGo) emit({ type: "note", text });
    };
    if (file === undefined) {
      tell();
      return ok({ stdout: `public  ${trusted}\nsecret  ${secret}\n` });
    }
    if (!existsSync(dirname(file))) {
      return err(diagnostic("no-directory", `\`${dirname(file)}\` is not there`, { status: 2 }));
    }
    try {
      writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: "wx" });
    } catch (thrown) {
      if (errorCode(thrown) === "EEXIST") return err(inTheWay(file));
      throw thrown;
    }
    emit({ type: "done", verb: "Created", text: file });
    tell();
    return ok({ stdout: `${trusted}\n` });
  },
};

const whereHalvesGo = [
  "whoever takes what it signs names the public half: `trustedKeys`, or GANTRY_CACHE_TRUSTED_KEYS",
  "whoever signs has the secret half: `signWith`, or GANTRY_CACHE_SIGN_WITH",
];

/** What is there is kept, a link that leads nowhere as well. */
function inTheWay(file: string): Diagnostic {
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return diagnostic("file-exists", `\`${file}\` is there already`, {
    notes: [
      isLink
        ? "it is a link, and no key is written through one"
        : "it may be a key that something was signed with",
    ],
    help: ["choose another name, or remove it"],
    status: 2,
  });
}
