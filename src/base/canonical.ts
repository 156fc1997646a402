/** Plain data: what a key may be made from. No `undefined`, no dates, no class instances. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [name: string]: Data };

/**
 * The one encoding of a value that keys are hashed from: JSON without white space, names sorted by code
 * unit (never by locale), numbers integral and safe. Two values encode alike only if they are equal.
 *
 * @throws on numbers that are not safe integers: they could not be written the same way everywhere.
 */
export function canonical(data: Data): string {
  if (data === null || typeof data === "boolean") return String(data);
  if (typeof data === "string") return JSON.stringify(data);
  if (typeof data === "number") {
    if (!Number.isSafeInteger(data)) throw new Error(`not a safe integer: ${data}`);
    return String(data);
  }
  if (isList(data)) return `[${data.map(canonical).join(",")}]`;
  const fields = Object.keys(data)
    .sort(byCodeUnit)
    .map((name) => `${JSON.stringify(name)}:${canonical(data[name] ?? null)}`);
  return `{${fields.join(",")}}`;
}

/** Orders strings by UTF-16 code unit: the same on every machine, whatever its locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}

/** Whether a value from outside, such as parsed JSON, is an object with names, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
