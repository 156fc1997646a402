import { InvalidArgumentError } from "commander";

/**
 * Reads an option's list of names, like `ripgrep,just`: those of `all` that it names, in the order of `all`.
 *
 * @throws an `InvalidArgumentError`, which commander shows, on a name that none has
 */
export function selectNamed<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
): (list: string) => readonly T[] {
  return (list) => {
    const wanted = new Set(list.split(","));
    const selected = all.filter((one) => wanted.delete(nameOf(one)));
    const [unknown] = wanted;
    if (unknown === undefined) return selected;
    throw new InvalidArgumentError(`there is no \`${unknown}\`, but ${all.map(nameOf).join(", ")}`);
  };
}
