import * as v from "valibot";
import type { Digest } from "../../base/digest.ts";

/** One kind of record of the index: the form of its values, and what they say of trees and logs. */
export type RecordKind<Schema extends v.GenericSchema = v.GenericSchema> = {
  /** Raised when values get another form, or when a key is to lead to another value than before. */
  readonly version: number;
  readonly schema: Schema;
  /** Whether records of this kind stand for trees. */
  readonly isOfTrees: boolean;
  /** Whether what they say was made from trees, and is not to be believed once one of those turned out damaged. */
  readonly isDerived: boolean;
  /** Undefined where the value is none of this kind. */
  read(value: unknown, key: string): ({ readonly value: v.InferOutput<Schema> } & References) | undefined;
};

/** What a record refers to outside the index. */
export type References = {
  /** The tree without which the record is of no use, whether it is there or not. */
  readonly standsFor: Digest | undefined;
  /** Trees that are kept for as long as the record is, the one that it stands for among them. */
  readonly names: readonly Digest[];
  /** The steps whose logs are kept for as long as the record is. */
  readonly logs: readonly Digest[];
};

type Definition<Schema extends v.GenericSchema> = {
  readonly version: number;
  readonly schema: Schema;
  readonly isDerived?: boolean;
  readonly standsFor?: (value: v.InferOutput<Schema>) => Digest | undefined;
  /** Trees besides the one that the record stands for. */
  readonly names?: (value: v.InferOutput<Schema>, key: string) => readonly Digest[];
  readonly logOf?: (value: v.InferOutput<Schema>, key: string) => Digest | undefined;
};

/** Defines a kind for the table of kinds. What is not said, its records do not refer to. */
export function recordKind<const Schema extends v.GenericSchema>(
  definition: Definition<Schema>,
): RecordKind<Schema> {
  const { version, schema, isDerived = false, standsFor, names, logOf } = definition;
  return {
    version,
    schema,
    isOfTrees: standsFor !== undefined,
    isDerived,
    read(json, key) {
      const parsed = v.safeParse(schema, json);
      if (!parsed.success) return undefined;
      const value = parsed.output;
      const tree = standsFor?.(value);
      const log = logOf?.(value, key);
      return {
        value,
        standsFor: tree,
        names: [...(tree === undefined ? [] : [tree]), ...(names?.(value, key) ?? [])],
        logs: log === undefined ? [] : [log],
      };
    },
  };
}
