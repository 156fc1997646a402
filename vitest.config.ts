import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/golden/**", "test/real/**"],
    // Some tests run real cargo and rustc, on machines that do other things too.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
