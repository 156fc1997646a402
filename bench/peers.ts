import { cargoChef } from "./peers/cargoChef.ts";
import { kache } from "./peers/kache.ts";
import { mbx } from "./peers/mbx.ts";
import type { Peer } from "./peers/peer.ts";
import { sccache } from "./peers/sccache.ts";

/** In the order of the table's columns. */
export const peers: readonly Peer[] = [sccache, kache, cargoChef, mbx];
