/**
 * Says what a run of the tests does not cover since the machine lacks something.
 *
 * @param missing what, and in brackets how to get it
 * @throws if `CI` is `true`, where nothing may be lacking
 */
export function notCovered(what: string, missing: string): void {
  if (process.env.CI === "true") throw new Error(`${what}: ${missing}`);
  console.error(`\n!!! NOT COVERED: ${what}: ${missing}\n`);
}
