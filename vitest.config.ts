import { configDefaults, defineConfig } from "vitest/config";

const never = [...configDefaults.exclude, "test/golden/**", "test/real/**"];

/**
 * `npm test` runs the project `fast`, `npm run test:slow` the project `slow`: tests that build real crates over and
 * over, named `*.slow.test.ts`. `real` has what brings published programs first, which may take many minutes: `npm run
 * test:audits`, `npm run test:nushell`, `npm run test:servers`. The first two may be cut into shares, which can run beside each other: `--shard=1/3`.
 */
export default defineConfig({
  test: {
    // Some tests run real cargo and rustc, on machines that do other things too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // They mostly wait for those. By default one processor is left to the user: of two that is half.
    maxWorkers: "100%",
    // What a value was is said in the message, which is all that a report has.
    chaiConfig: { truncateThreshold: 1000 },
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: [...never, "test/**/*.slow.test.ts"],
        },
      },
      { extends: true, test: { name: "slow", include: ["test/**/*.slow.test.ts"], exclude: never } },
      { extends: true, test: { name: "real", include: ["test/real/**/*.test.ts"] } },
    ],
  },
});
