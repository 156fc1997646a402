import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ChannelManifest, ReleasePackage } from "../../../src/fetch/toolchain/channelManifest.ts";
import {
  chooseComponents,
  componentName,
  isIncomplete,
  type WantedParts,
} from "../../../src/fetch/toolchain/chooseComponents.ts";
import { host, publishedManifest, publishedReleases } from "./manifest.ts";

const wasm = "wasm32-unknown-unknown";
const none: WantedParts = { components: [], targets: [] };

function chosen(manifest: ChannelManifest, wanted: Partial<WantedParts>): string[] | string {
  const components = chooseComponents(manifest, host, { channel: "it", wanted: { ...none, ...wanted } });
  if (!components.ok) return components.error.message;
  return components.value.map((each) => componentName(each).replace(`-${host}`, "")).sort();
}

test.each<[release: string, wanted: Partial<WantedParts>, expected: string | string[]]>([
  ["stable", {}, ["cargo", "clippy-preview", "rust-std", "rustc", "rustfmt-preview"]],
  ["stable", { profile: "minimal" }, ["cargo", "rust-std", "rustc"]],
  [
    "stable",
    { profile: "default", components: ["rust-src"], targets: [wasm] },
    [
      ...["cargo", "clippy-preview", "rust-docs", "rust-src", "rust-std", `rust-std-${wasm}`],
      ...["rustc", "rustfmt-preview"],
    ],
  ],
  ["stable", { profile: "complete" }, `component \`miri\` for \`${host}\` is not in \`it\``],
  [
    "nightly",
    { profile: "minimal", components: ["llvm-tools", "llvm-tools-preview", "miri", "cargo"] },
    ["cargo", "llvm-tools-preview", "miri-preview", "rust-std", "rustc"],
  ],
  [
    "nightly",
    { profile: "minimal", components: [`rust-std-${wasm}`, `clippy-${host}`] },
    ["cargo", "clippy-preview", "rust-std", `rust-std-${wasm}`, "rustc"],
  ],
  // From before there were profiles: rustup takes what the release consists of.
  ["1.31.0", { profile: "minimal" }, ["cargo", "rust-docs", "rust-std", "rustc"]],
  ["1.31.0", {}, ["cargo", "rust-std", "rustc"]],
  ["1.31.0", { components: ["clippy"] }, ["cargo", "clippy-preview", "rust-std", "rustc"]],
  ["1.15.0", {}, ["cargo", "rust-std", "rustc"]],
  ["1.8.0", {}, `component \`cargo\` for \`${host}\` is not in \`it\``],
  // Without the documentation, that day.
  ["nightly-2020-01-10", { profile: "default" }, `component \`rust-docs\` for \`${host}\` is not in \`it\``],
  ["nightly-2020-01-10", {}, ["cargo", "rust-std", "rustc"]],
  ["nightly-2026-05-13", { components: ["miri"] }, `component \`miri\` for \`${host}\` is not in \`it\``],
  [
    "nightly-2026-05-14",
    { profile: "minimal", components: ["miri"] },
    ["cargo", "miri-preview", "rust-std", "rustc"],
  ],
  ["nightly-2026-05-16", {}, `toolchain \`it\` has no compiler for \`${host}\``],
])("%s, %j", (release, wanted, expected) => {
  expect(chosen(publishedManifest(release), wanted)).toEqual(expected);
});

test.each<[Partial<WantedParts>, object]>([
  [{ components: ["clipy"] }, { code: "component-missing", help: ["did you mean `clippy`?"] }],
  [{ components: ["fmt"] }, { code: "component-missing", help: ["did you mean `rustfmt`?"] }],
  [
    { components: ["zig"] },
    { notes: [expect.stringMatching(/^it has cargo, clippy, .*rust-src, .*rustc, rustfmt$/)], help: [] },
  ],
  [
    { components: ["rust-mingw"] },
    { notes: [`it is not for \`${host}\`, but for x86_64-pc-windows-gnu`], help: [] },
  ],
  [
    { targets: ["mips64-openwrt-linux-musl"] },
    {
      code: "target-missing",
      message: "toolchain `it` has no standard library for `mips64-openwrt-linux-musl`",
      notes: [expect.stringContaining("tier 3")],
    },
  ],
  [{ targets: ["wasm32-unknwn-unknown"] }, { help: [`did you mean \`${wasm}\`?`] }],
  [
    { profile: "complete" },
    {
      notes: ["the release of 2026-10-15 was made without it", "it is part of the profile `complete`"],
      help: ["ask for the profile `minimal`, and what you need by name"],
    },
  ],
  [
    { components: ["clipy", "miri"], targets: ["wasm33-unknown-unknown"] },
    { also: [{ code: "component-missing" }, { code: "target-missing" }] },
  ],
])("why %j is not to be had", (wanted, error) => {
  const manifest = publishedManifest("stable");
  const components = chooseComponents(manifest, host, { channel: "it", wanted: { ...none, ...wanted } });
  expect(components).toMatchObject({ ok: false, error });
});

test("a release is incomplete where other days have what it lacks", () => {
  const of = (release: string, wanted: Partial<WantedParts>) =>
    isIncomplete(publishedManifest(release), host, { ...none, ...wanted });
  expect([
    of("nightly-2026-05-13", { components: ["miri"] }),
    of("nightly-2026-05-16", {}),
    of("nightly-2026-05-14", { components: ["miri"] }),
    of("nightly-2026-05-14", { components: ["mirri"] }),
    of("nightly-2026-05-14", { targets: ["none-such"] }),
  ]).toEqual([true, true, false, false, false]);
});

const names = [
  "clippy-preview",
  "miri-preview",
  "rust-src",
  "rust-docs",
  "rustfmt-preview",
  "llvm-tools-preview",
];
const platforms = [host, wasm, "x86_64-pc-windows-gnu"];

/** Manifests in which anything may be absent or unavailable. */
const manifests: fc.Arbitrary<ChannelManifest> = fc
  .record({
    there: fc.array(fc.constantFrom("not listed", "unavailable", "there", "there", "there"), {
      minLength: 40,
      maxLength: 40,
    }),
    minimal: fc.subarray(names, { maxLength: 1 }),
    ordinary: fc.subarray(names),
    complete: fc.subarray(names),
    hasProfiles: fc.boolean(),
  })
  .map(({ there, minimal, ordinary, complete, hasProfiles }) => {
    let index = 0;
    const archives = (targets: readonly string[]) =>
      new Map(
        targets.flatMap((target) => {
          const is = there[index++ % there.length];
          if (is === "not listed") return [];
          const archive = is === "there" ? { url: `https://x/${index}`, sha256: "0".repeat(64) } : undefined;
          return [[target, archive] as const];
        }),
      );
    const packages = new Map<string, ReleasePackage>([
      ["rustc", { version: "1", archives: new Map([[host, { url: "https://x/rustc", sha256: "0" }]]) }],
      ...["cargo", ...names].map((name) => [name, { version: "1", archives: archives([host]) }] as const),
      ["rust-std", { version: "1", archives: archives(platforms) }] as const,
    ]);
    const listed = ["rustc", "cargo", "rust-std", ...names].map((name) => ({ name, target: host }));
    const base = ["rustc", "cargo", "rust-std"];
    const byDefault = [...base, ...minimal, ...ordinary];
    return {
      date: "2026-05-15",
      packages,
      renames: new Map(names.map((name) => [name.replace("-preview", ""), name])),
      profiles: new Map(
        hasProfiles
          ? [
              ["minimal", [...base, ...minimal]],
              ["default", byDefault],
              ["complete", [...byDefault, ...complete]],
            ]
          : [],
      ),
      installable: new Map([[host, [...listed, { name: "rust-std", target: wasm }]]]),
      basic: new Map([[host, listed.slice(0, 3)]]),
    };
  });

const wishes: fc.Arbitrary<WantedParts> = fc.record({
  profile: fc.constantFrom(undefined, "minimal" as const, "default" as const, "complete" as const),
  components: fc.shuffledSubarray([
    "clippy",
    "clippy-preview",
    "miri",
    "rust-src",
    `rust-std-${wasm}`,
    "nonesuch",
  ]),
  targets: fc.shuffledSubarray([...platforms, "none-such"]),
});

test("what is chosen can be installed, has all that is named, and does not depend on the order", () => {
  fc.assert(
    fc.property(manifests, wishes, (manifest, wanted) => {
      const components = chooseComponents(manifest, host, { channel: "it", wanted });
      const { error } = { error: undefined, ...components };
      if (error) {
        // What is at fault is named, and is at fault by itself.
        const all = [error, ...(error.also ?? [])].map(({ message }) => message).join("\n");
        const isNamed = [...wanted.components, ...wanted.targets].some((word) =>
          all.includes(`\`${word.replace(/^rust-std-/, "").replace("-preview", "")}`),
        );
        const isOfProfile = chooseComponents(manifest, host, {
          channel: "it",
          wanted: { ...wanted, components: [], targets: [] },
        });
        expect(isNamed || !isOfProfile.ok).toBe(true);
      }
      if (!components.ok) return;
      const got = components.value.map(componentName);
      for (const { name, target, url } of components.value)
        expect(manifest.packages.get(name)?.archives.get(target)?.url).toBe(url);
      expect(got).toEqual([...new Set(got)].sort());
      expect(got).toEqual(expect.arrayContaining([`rustc-${host}`, `cargo-${host}`, `rust-std-${host}`]));
      for (const target of wanted.targets) expect(got).toContain(`rust-std-${target}`);
      for (const word of wanted.components)
        expect(got.some((name) => name.startsWith(word.replace("-preview", "")))).toBe(true);
      const turned = {
        ...wanted,
        components: wanted.components.toReversed(),
        targets: [...wanted.targets, ...wanted.targets].toReversed(),
      };
      expect(chooseComponents(manifest, host, { channel: "it", wanted: turned })).toEqual(components);
    }),
  );
});

test("each profile has all that the smaller one has", () => {
  fc.assert(
    fc.property(manifests, wishes, (manifest, wanted) => {
      const of = (profile: WantedParts["profile"]) => {
        const components = chooseComponents(manifest, host, {
          channel: "it",
          wanted: { ...wanted, profile },
        });
        return components.ok ? components.value.map(componentName) : undefined;
      };
      const [minimal, usual, byDefault, complete] = [
        of("minimal"),
        of(undefined),
        of("default"),
        of("complete"),
      ];
      const pairs = [
        [minimal, byDefault],
        [usual, byDefault],
        [byDefault, complete],
      ] as const;
      for (const [smaller, larger] of pairs) {
        if (larger === undefined) continue;
        expect(larger).toEqual(expect.arrayContaining(smaller ?? ["what the larger has"]));
      }
    }),
  );
});

test("each published release is chosen from, whatever is asked for", () => {
  for (const release of publishedReleases) {
    const manifest = publishedManifest(release);
    fc.assert(
      fc.property(wishes, (wanted) => {
        expect(chooseComponents(manifest, host, { channel: release, wanted })).toHaveProperty("ok");
      }),
      { numRuns: 20 },
    );
  }
});
