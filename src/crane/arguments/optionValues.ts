/**
 * The values that words of a command line give to an option, in their order: `--target A` and `--target=A`.
 *
 * @param names of the option; one of a letter has its value in the next word
 * @example
 * optionValues(["--profile", "ci", "--profile=dev"], "--profile", "-P") // ["ci", "dev"]
 */
export function optionValues(words: readonly string[], ...names: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    if (names.includes(word)) return words[at + 1] ?? [];
    const name = names.find((each) => each.startsWith("--") && word.startsWith(`${each}=`));
    return name === undefined ? [] : word.slice(name.length + 1);
  });
}
