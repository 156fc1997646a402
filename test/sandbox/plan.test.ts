import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { emptied } from "../../src/sandbox/plan.ts";

test("what is empty in `/proc` is found while processes come and go", () => {
  const churn = Array.from({ length: 3 }, () =>
    spawn("sh", ["-c", "while :; do (:) & (:) & (:) & (:) & wait; done"], { stdio: "ignore" }),
  );
  try {
    const found = new Set<string>();
    for (const until = performance.now() + 3000; performance.now() < until; ) found.add(emptied().join());
    expect([...found]).toEqual([expect.stringMatching(/\/proc\/devices\b.*\/proc\/sys\/kernel\/random\b/)]);
    expect([...found].join()).not.toMatch(/\/proc\/(?:\d|self|cpuinfo|mounts)/);
  } finally {
    for (const each of churn) each.kill();
  }
});
