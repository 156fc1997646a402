/**
 * Rust that takes rustc about a second to compile, and so stands for a member of a few thousand lines: types
 * with derived serialisation, and a function over all of them that calls those of the members it depends on.
 *
 * @param dependencies crate names, in Rust's spelling
 * @param types how many types
 */
export function rustSource(dependencies: readonly string[], types: number): string {
  const numbers = Array.from({ length: types }, (_, index) => index);
  const records = numbers.map(
    (index) => `#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Record${index} {
    pub name: String,
    pub count: u64,
    pub tags: Vec<String>,
    pub nested: std::collections::BTreeMap<String, Vec<u32>>,
}
`,
  );
  const calls = [
    ...numbers.map(
      (index) => `serde_json::to_string(&Record${index}::default()).map_or(0, |text| text.len())`,
    ),
    ...dependencies.map((name) => `${name}::weight()`),
  ];
  return `use serde::{Deserialize, Serialize};

${records.join("\n")}
pub fn weight() -> usize {
    [
${calls.map((call) => `        ${call},`).join("\n")}
    ]
    .into_iter()
    .sum()
}
`;
}
