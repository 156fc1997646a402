import type { Case } from "./case.ts";
import { addCrate } from "./cases/addCrate.ts";
import { cold } from "./cases/cold.ts";
import { leafEdit } from "./cases/leafEdit.ts";
import { libraryEdit } from "./cases/libraryEdit.ts";
import { memberEdit } from "./cases/memberEdit.ts";
import { noOp } from "./cases/noOp.ts";
import { readmeEdit } from "./cases/readmeEdit.ts";
import { secondCheckout } from "./cases/secondCheckout.ts";
import { vendor } from "./cases/vendor.ts";
import { versionBump } from "./cases/versionBump.ts";

/** In the order in which they are measured: what a case leaves behind, the next one starts from. */
export const cases: readonly Case[] = [
  cold,
  vendor,
  noOp,
  leafEdit,
  libraryEdit,
  memberEdit,
  readmeEdit,
  versionBump,
  secondCheckout,
  addCrate,
];
