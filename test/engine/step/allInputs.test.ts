import { expect, test } from "vitest";
import { diagnostic } from "../../../src/base/diagnostic.ts";
import { err, ok } from "../../../src/base/result.ts";
import { allInputs } from "../../../src/engine/step/realise.ts";

const missing = (name: string) => diagnostic("native-missing", `no \`${name}\``);

test("values, where all are there", () => {
  expect(allInputs([ok(1), ok(2)])).toEqual({ ok: true, value: [1, 2] });
});

test("every missing native package is said, each once, also those of a mount that said several", () => {
  const [openssl, sqlite, zlib] = [missing("openssl"), missing("sqlite"), missing("zlib")];
  const inner = allInputs([err(openssl), ok(1), err(sqlite)]);
  expect(inner).toEqual({ ok: false, error: { ...openssl, also: [sqlite] } });
  expect(allInputs([inner, err(sqlite), err(diagnostic("fetch-failed", "?")), err(zlib)])).toEqual({
    ok: false,
    error: { ...openssl, also: [sqlite, zlib] },
  });
});

test("of other errors the first stands for all, since the rest may follow from it", () => {
  const stopped = diagnostic("interrupted", "interrupted");
  expect(allInputs([err(stopped), err(missing("openssl"))])).toEqual({ ok: false, error: stopped });
});

test("a missing toolchain is told as the step itself has it, not as the Cargo that fetches", () => {
  const [fetching, own] = ["fetching", "own"].map((who) => err(diagnostic("toolchain-missing", who)));
  expect(allInputs([err(missing("zlib")), fetching ?? ok(1), own ?? ok(1)])).toEqual(own);
});
