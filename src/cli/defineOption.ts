import { InvalidArgumentError, Option } from "commander";
import type { OptionSpec } from "./commandArguments.ts";

/** A described option as the parser wants it. A repeated flag counts, a repeated value makes a list. */
export function defineOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary);
  const { check } = spec;
  if (spec.choices) option.choices([...spec.choices]);
  if (spec.repeat && option.required) {
    option.argParser((value, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
  } else if (spec.repeat) {
    option.argParser((_, count: number | undefined) => (count ?? 0) + 1);
  } else if (check) {
    option.argParser((value) => {
      const wrong = check(value);
      if (wrong !== undefined) throw new InvalidArgumentError(wrong);
      return value;
    });
  }
  return option;
}
