/**
 * Whether a condition holds for a platform: `cfg(…)` of `[target.'cfg(…)']`. What is not understood does not hold, since
 * Cargo says what is wrong with it.
 *
 * @param facts what `rustc --print cfg` prints: `unix`, `target_os="linux"`
 * @example
 * holds('cfg(all(unix, not(target_arch = "x86")))', new Set(["unix", 'target_arch="arm"'])) // true
 */
export function holds(condition: string, facts: ReadonlySet<string>): boolean {
  const tokens = condition.match(/[\w]+|"[^"]*"|[^\s\w"]/g) ?? [];
  let at = 0;
  const operands = (): boolean[] => {
    const values: boolean[] = [];
    at++;
    while (at < tokens.length && tokens[at] !== ")") {
      values.push(predicate());
      if (tokens[at] === ",") at++;
    }
    at++;
    return values;
  };
  const predicate = (): boolean => {
    const name = tokens[at++] ?? "";
    if (tokens[at] === "(") {
      const values = operands();
      if (name === "any") return values.includes(true);
      return name === "not" ? values[0] === false : ["all", "cfg"].includes(name) && !values.includes(false);
    }
    if (tokens[at] !== "=") return name === "true" || facts.has(name);
    at += 2;
    return facts.has(`${name}=${tokens[at - 1]}`);
  };
  return predicate();
}
