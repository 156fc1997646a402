import fc from "fast-check";
import { initial, type State } from "./state.ts";

/** One step of a sequence: what the user does, and then has built. */
export type Step = { readonly edit: Edit; readonly command: Command };

/** Changes one thing, to and fro; or writes a file again as it is. */
export type Edit = { readonly change: keyof State } | { readonly touch: string };

/** `dev` and `release` build with that profile; `check` runs Clippy and the tests. */
export type Command = "dev" | "release" | "check";

export function edited(state: State, edit: Edit): State {
  if ("touch" in edit) return state;
  const value = state[edit.change];
  // Of `base` there are three versions, of all else two.
  const next = typeof value === "boolean" ? !value : (value + 1) % (edit.change === "base" ? 3 : 2);
  return { ...state, [edit.change]: next };
}

const touched = [
  "base/src/lib.rs",
  "mid/build.rs",
  "mid/seed.txt",
  "base/note.txt",
  "app/Cargo.toml",
  "Cargo.toml",
];

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...keys(initial)).map((change) => ({ change })) },
  { weight: 1, arbitrary: fc.constantFrom(...touched).map((touch) => ({ touch })) },
);

const command = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Command>("dev") },
  { weight: 1, arbitrary: fc.constant<Command>("release") },
  { weight: 2, arbitrary: fc.constant<Command>("check") },
);

/** Of few edits, so that a sequence often returns to where it was. */
export const steps: fc.Arbitrary<Step[]> = fc
  .array(edit, { minLength: 2, maxLength: 4 })
  .chain((edits) =>
    fc.array(fc.record({ edit: fc.constantFrom(...edits), command }), { minLength: 4, maxLength: 6 }),
  );

function keys<T extends object>(of: T): (keyof T)[] {
  const found: (keyof T)[] = [];
  for (const key in of) found.push(key);
  return found;
}
