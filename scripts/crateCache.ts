import { homedir } from "node:os";
import { join } from "node:path";

/** Where Cargo keeps the `.crate` files that it downloaded, in a directory for each registry. */
export const crateCache = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry/cache");
