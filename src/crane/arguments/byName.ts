import * as v from "valibot";
import { isRecord } from "../../base/digest.ts";

/**
 * The schema of an object with any names, whose values are all of one kind. `v.record` leaves out some names, such as
 * `constructor`, which a variable or a file may have, and does not look at their values.
 *
 * @param name the schema of the names. Default: any
 */
export function byName<const Item extends v.GenericSchema>(
  item: Item,
  name: v.GenericSchema<string> = v.string(),
) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Readonly<Record<string, v.InferOutput<Item>>>>(({ dataset, addIssue, NEVER }) => {
      const input = dataset.value;
      if (!isRecord(input)) {
        addIssue({ label: "type", expected: "Object" });
        return NEVER;
      }
      const entries = Object.entries(input).map(([key, value]) => {
        const checked = v.safeParse(item, value);
        for (const issue of [...(v.safeParse(name, key).issues ?? []), ...(checked.issues ?? [])]) {
          const { expected, received, message, path = [] } = issue;
          const at: v.IssuePathItem = { type: "object", origin: "value", input, key, value };
          addIssue({ expected: expected ?? undefined, received, message, path: [at, ...path] });
        }
        return [key, checked.output];
      });
      return Object.fromEntries(entries);
    }),
  );
}
