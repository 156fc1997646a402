import type { Result } from "./result.ts";

/** The peers, an earlier Gantry aside, whose median ratio to Cargo is below Gantry's, the fastest first. */
export function peersAhead({ ratio, peers }: Result): readonly { name: string; median: number }[] {
  return Object.entries(peers ?? {})
    .map(([name, peer]) => ({ name, median: peer.ratio.median }))
    .filter(({ name, median }) => name !== "before" && median < ratio.median)
    .sort((a, b) => a.median - b.median);
}
