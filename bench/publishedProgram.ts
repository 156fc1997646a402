import { type RealProgram, realPrograms } from "../scripts/realPrograms.ts";

/** @throws on a name that is not among the real programs */
export function publishedProgram(name: string): RealProgram {
  const program = realPrograms.find(({ crate }) => crate === name);
  if (program === undefined) throw new Error(`\`${name}\` is not among the real programs`);
  return program;
}
