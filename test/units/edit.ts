import fc from "fast-check";
import { initial, type State } from "./state.ts";

/** One step of a sequence: what the user does, and then has built. */
export type Step = { readonly edit: Edit; readonly command: Command };

/** Sets one thing, or writes a file again as it is. */
export type Edit =
  | { readonly [Name in keyof State]: { readonly set: Name; readonly to: State[Name] } }[keyof State]
  | { readonly touch: string };

/** `dev` and `release` build with that profile; `check` runs Clippy and the tests. */
export type Command = "dev" | "release" | "check";

const touched = [
  "base/src/lib.rs",
  "mid/build.rs",
  "mid/seed.txt",
  "base/note.txt",
  "app/Cargo.toml",
  "Cargo.toml",
];

/** Small numbers, so that a sequence often returns to where it was. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...allSettings()) },
  { weight: 1, arbitrary: fc.constantFrom(...touched).map((touch) => ({ touch })) },
);

const command = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Command>("dev") },
  { weight: 1, arbitrary: fc.constant<Command>("release") },
  { weight: 2, arbitrary: fc.constant<Command>("check") },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ edit, command }), {
  minLength: 4,
  maxLength: 6,
});

export function edited(state: State, edit: Edit): State {
  return "touch" in edit ? state : { ...state, [edit.set]: edit.to };
}

function allSettings(): Edit[] {
  const flags = ["isPartMoved", "hasSpareFile", "isLoud", "hasComment", "isStrict"] as const;
  const more = ["hasExtraMember", "usesAdded", "hasLeafMore"] as const;
  const numbers = [
    ...(["part", "note", "behindLink", "macros", "midData", "appData", "commonData"] as const),
    ...(["script", "seed", "greeting", "info", "metadata", "app", "main", "unitTest"] as const),
    ...(["integrationTest", "example", "leaf", "version", "description"] as const),
  ];
  return [
    ...[...flags, ...more].flatMap((set) => [false, true].map((to) => ({ set, to }))),
    ...numbers.flatMap((set) => [0, 1].map((to) => ({ set, to }))),
    ...[0, 1, 2].map((to) => ({ set: "base" as const, to })),
  ];
}

/** All that can be set has been thought of. */
export const settable = new Set(allSettings().flatMap((each) => ("set" in each ? [each.set] : [])));
if (settable.size !== Object.keys(initial).length) throw new Error("an edit is missing");
