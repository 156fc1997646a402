import { fileURLToPath } from "node:url";

/** The launcher at the root of this repository. */
export const gantryCommand = fileURLToPath(new URL("../gantry", import.meta.url));
