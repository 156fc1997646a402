import { expect, test } from "vitest";
import { advisoryFindings } from "../../../src/command/check/advisoryFindings.ts";
import { evidenceOf } from "../../../src/command/check/evidence.ts";
import { libOf } from "../../crane/lib.ts";

const lib = libOf();
const src = lib.cleanCargoSource(".");
const [audit, deny] = [lib.cargoAudit({ src, "advisory-db": src }), lib.cargoDeny({ src })];

const found = (step: typeof audit, text: string) =>
  advisoryFindings(evidenceOf(step, "/project", { lines: text.split("\n"), messages: [] })).findings?.map(
    ({ text, ...finding }) => ({ ...finding, lines: text?.split("\n").length }),
  );
const place = { file: "Cargo.lock", line: 1 };

test("what cargo-audit 0.22 reports is told by advisory, crate and remedy; what fails nothing is a warning", () => {
  const log = `      Loaded 3 security advisories (from /build/advisory-db)
    Scanning Cargo.lock for vulnerabilities (2 crate dependencies)
Crate:     leaf
Version:   1.0.0
Title:     leaf forgets what it was told
Date:      2026-01-02
ID:        RUSTSEC-2026-0001
URL:       https://rustsec.org/advisories/RUSTSEC-2026-0001
Severity:  9.8 (critical)
Solution:  Upgrade to >=1.0.1 (patched)
Dependency tree:
leaf 1.0.0
└── app 0.1.0

Crate:     twig
Version:   2.0.0
Warning:   unmaintained
Title:     nobody looks after twig
Date:      2026-01-03
ID:        RUSTSEC-2026-0003
URL:       https://rustsec.org/advisories/RUSTSEC-2026-0003
Dependency tree:
twig 2.0.0
└── app 0.1.0

error: 1 vulnerability found!`;
  expect(found(audit, log)).toEqual([
    {
      tool: "cargo-audit",
      level: "error",
      rule: "RUSTSEC-2026-0001",
      url: "https://rustsec.org/advisories/RUSTSEC-2026-0001",
      message:
        "RUSTSEC-2026-0001 is about `leaf` 1.0.0, leaf forgets what it was told: upgrade to >=1.0.1 (patched)",
      lines: 11,
      place,
    },
    {
      tool: "cargo-audit",
      level: "warning",
      rule: "RUSTSEC-2026-0003",
      url: "https://rustsec.org/advisories/RUSTSEC-2026-0003",
      message: "RUSTSEC-2026-0003 is about `twig` 2.0.0, nobody looks after twig: unmaintained",
      lines: 10,
      place,
    },
  ]);
  expect(found(deny, log)).toEqual([]);
});

test("and so is what cargo-deny 0.20 reports", () => {
  const log = `error[vulnerability]: leaf forgets what it was told
   ┌─ /build/source/Cargo.lock:4:1
   │
 4 │ leaf 1.0.0 registry+https://example.org/index
   │ ---------- security vulnerability detected
   │
   ├ ID: RUSTSEC-2026-0001
   ├ Advisory: https://rustsec.org/advisories/RUSTSEC-2026-0001
   ├ It does.
   ├ Solution: Upgrade to >=1.0.1 (try \`cargo update -p leaf\`)
   ├ leaf v1.0.0
     └── app v0.1.0

error[unmaintained]: nobody looks after twig
   ┌─ /build/source/Cargo.lock:5:1
   │
 5 │ twig 2.0.0 registry+https://example.org/index
   │ ---------- unmaintained advisory detected
   │
   ├ ID: RUSTSEC-2026-0003
   ├ Solution: No safe upgrade is available!
   ├ twig v2.0.0
     └── app v0.1.0

advisories FAILED, bans ok`;
  expect(found(deny, log)).toEqual([
    {
      tool: "cargo-deny",
      level: "error",
      rule: "RUSTSEC-2026-0001",
      url: "https://rustsec.org/advisories/RUSTSEC-2026-0001",
      message:
        "RUSTSEC-2026-0001 is about `leaf` 1.0.0, leaf forgets what it was told: upgrade to >=1.0.1 (try `cargo update -p leaf`)",
      lines: 12,
      place,
    },
    {
      tool: "cargo-deny",
      level: "error",
      rule: "RUSTSEC-2026-0003",
      message:
        "RUSTSEC-2026-0003 is about `twig` 2.0.0, nobody looks after twig: no safe upgrade is available!",
      lines: 10,
      place,
    },
  ]);
});
