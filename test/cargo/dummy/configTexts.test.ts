import { expect, test } from "vitest";
import { configTexts } from "../../../src/cargo/config/settings.ts";
import { rootConfigs } from "../../../src/cargo/dummy/rootConfigs.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { inputOf } from "./readSource.ts";

test("configuration files with those that they include, each once, as far as they are in the source", () => {
  const tree = new Map([
    [".cargo/config.toml", 'include = ["../conf/more.toml", { path = "absent.toml", optional = true }]\n'],
    ["Cargo.toml", '[package]\nname = "app"\n'],
    ["conf/more.toml", 'include = ["most.toml"]\n'],
    ["conf/most.toml", 'include = ["more.toml"]\n'],
    ["src/main.rs", ""],
  ]);
  const configs = valueOfResult(rootConfigs(inputOf(tree)));
  const texts = configTexts(
    configs.map(({ file }) => file),
    (path) => tree.get(path),
  );
  expect(texts.map(({ file }) => file)).toEqual([".cargo/config.toml", "conf/more.toml", "conf/most.toml"]);
});
