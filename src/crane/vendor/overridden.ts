import { diagnostic } from "../../base/diagnostic.ts";
import type { Tree } from "../../derivation/tree.ts";
import { refuse } from "../refuse.ts";
import { secretOf } from "./replaceable.ts";

/** Which override was asked, and for what. */
export type Asked = {
  readonly override: "overrideVendorGitCheckout" | "overrideVendorCargoPackage";
  /** What it has to return: `checkout`, `crate`. */
  readonly parameter: string;
  /** `my-dep v0.1.0`. */
  readonly name: string;
  /** Where that comes from, for people. */
  readonly from: string;
  /** The value that it was given. */
  readonly owner: symbol;
};

/**
 * The files that an override's answer stands for; undefined where it left everything alone.
 *
 * @throws Refused: `override-returned-nothing`, `override-returned-other`
 */
export function overridden(asked: Asked, answer: unknown): Tree | undefined {
  const secret = secretOf(answer);
  if (secret?.owner === asked.owner) return secret.to;
  const { override, name, from, parameter } = asked;
  if (answer === undefined || answer === null) {
    return refuse(
      diagnostic("override-returned-nothing", `\`${override}\` returned nothing for \`${name}\``, {
        notes: [`it is called for every ${parameter} of the lock; this one comes from ${from}`],
        help: [`return \`${parameter}\` as it is for what you leave alone: … : ${parameter}`],
        status: 2,
      }),
    );
  }
  const what = secret ? `the ${parameter} of another dependency` : described(answer);
  return refuse(
    diagnostic("override-returned-other", `\`${override}\` returned ${what} for \`${name}\``, {
      notes: [
        `only the ${parameter} that it is given knows the packages that the lock wants of it, from ${from}`,
      ],
      help: [`keep it, and give it other files: ${parameter}.overrideAttrs({ src: … })`],
      status: 2,
    }),
  );
}

function described(answer: unknown): string {
  if (typeof answer === "function") return "a function";
  if (Array.isArray(answer)) return "a list";
  if (typeof answer !== "object" || answer === null) return `\`${String(answer)}\``;
  if (answer instanceof Promise) return "a promise";
  const type = "type" in answer ? answer.type : undefined;
  return type === "derivation" ? "a derivation" : typeof type === "string" ? `a \`${type}\`` : "an object";
}
