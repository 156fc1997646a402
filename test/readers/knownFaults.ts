/** The titles of rows that are known to be wrong, each of which has to be wrong for as long as it stands here. */
export const knownFaults: ReadonlySet<string> = new Set([]);
