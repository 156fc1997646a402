/**
 * What the arguments of Cargo's invocations configure, each once and in order: `--config` and `-Z`. Like
 * `.cargo/config.toml` they reach what Cargo does not plan with: variables, flags, linkers.
 *
 * @example
 * configurationFlags([["build", "--locked", "--config", "env.A='1'"]]) // ["--config env.A='1'"]
 */
export function configurationFlags(plans: readonly (readonly string[])[]): string[] {
  return [...new Set(plans.flatMap(flagsIn))].sort();
}

function flagsIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === "--config" || word === "-Z") return [`${word} ${words[index + 1] ?? ""}`];
    const joined = /^(--config)=(.*)$/s.exec(word) ?? /^(-Z)(.+)$/s.exec(word);
    return joined ? [`${joined[1]} ${joined[2]}`] : [];
  });
}
