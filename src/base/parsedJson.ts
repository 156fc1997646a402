/**
 * What a text says as JSON; undefined where it is none. For texts that anybody may have written: what it says is to be
 * checked by a schema.
 *
 * @example
 * parsedJson('{"a": 1}') // { a: 1 }
 * parsedJson("{") // undefined
 */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
