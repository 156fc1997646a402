import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The fast tests of what `npm run test:mutants` changes: those that run no Cargo. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "../.."),
    include: [
      "test/{store,units,sandbox}/**/*.test.ts",
      "test/cargo/**/*.test.ts",
      "test/engine/step/stepKey.test.ts",
    ],
    exclude: ["test/units/environment.test.ts", "test/store/processes.test.ts", "**/*.slow.test.ts"],
    testTimeout: 60_000,
  },
});
