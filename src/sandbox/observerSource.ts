import { existsSync, readdirSync, readFileSync } from "node:fs";
import { byCodeUnit, type Digest, digestOf } from "../base/digest.ts";

/**
 * The source of the program that observes commands, see `observer/observe.rs`. What it sees is in the keys of units, and so
 * it is in every key itself.
 */
export const observerSource: { readonly directory: string; readonly digest: Digest } = (() => {
  // Beside this file, or where the bundle has it.
  const places = ["observer", "../src/sandbox/observer"].map((place) => `${import.meta.dirname}/${place}`);
  const directory = places.find((place) => existsSync(place));
  if (directory === undefined) throw new Error(`no source of the observer at ${places.join(" or ")}`);
  const files = readdirSync(directory).sort(byCodeUnit);
  const texts = files.map((file) => `${file}\0${readFileSync(`${directory}/${file}`, "utf8")}\0`);
  return { directory, digest: digestOf(texts.join("")) };
})();
