import { expect, test } from "vitest";
import type { Diagnostic } from "../../../src/base/diagnostic.ts";
import type { LockEntry } from "../../../src/crane/arguments/libContext.ts";
import { fromRepository } from "../../../src/crane/vendor/fromRepository.ts";
import type { OverriddenAttrs } from "../../../src/crane/vendor/replaceable.ts";
import { libOf } from "../lib.ts";
import { refusalOf } from "../refusalOf.ts";

const cratesIo = "registry+https://github.com/rust-lang/crates.io-index";
const commit = "0123456789abcdef0123456789abcdef01234567";
const repository = `git+ssh://git@github.com/myorg/my-private-dep?branch=main#${commit}` as const;
const other = `git+https://github.com/myorg/other.git#${commit}` as const;

const lock: readonly LockEntry[] = [
  { name: "itoa", version: "1.0.15", source: cratesIo, checksum: "a".repeat(64) },
  { name: "my-dep", version: "0.1.0", source: repository },
  { name: "my-dep-macros", version: "0.1.0", source: repository },
  { name: "other", version: "2.0.0", source: other },
];

const warnings: Diagnostic[] = [];
const lib = libOf({ args: [] }, lock, warnings);
const src = lib.cleanCargoSource(".");
const isMyDep = fromRepository("github.com/myorg/my-private-dep");
const input = { type: "git", name: "my-private-dep", url: "ssh://git@h/d", rev: commit } as const;

const lockedCheckout = {
  type: "git",
  name: "my-dep",
  url: "ssh://git@github.com/myorg/my-private-dep",
  rev: commit,
  reference: { kind: "branch", name: "main" },
};
const lockedItoa = {
  type: "crate",
  name: "itoa",
  version: "1.0.15",
  source: cratesIo,
  checksum: "a".repeat(64),
};

/** What is refused, as the user reads it. */
function refusal(run: () => unknown): Pick<Diagnostic, "code" | "message" | "notes" | "help"> {
  const { code, message, notes, help } = refusalOf(run);
  return { code, message, notes, help };
}

test("without overrides the lock is not read, and the crates are those of the source", () => {
  const blind = libOf();
  expect(blind.vendorCargoDeps({ src })).toEqual({ type: "vendor", of: src });
});

test("a checkout is replaced by an input, with all its packages; the others stay", () => {
  const vendor = lib.vendorCargoDeps({
    src,
    overrideVendorGitCheckout: (lock, checkout) =>
      isMyDep(lock) ? checkout.overrideAttrs({ src: input }) : checkout,
  });
  expect(vendor).toEqual({
    type: "vendor",
    of: src,
    changes: [{ kind: "checkout", source: repository, to: input }],
  });
});

test("each override is called once for each crate, or for each checkout with the packages that it is there for", () => {
  const asked: unknown[] = [];
  lib.vendorCargoDeps({
    src,
    overrideVendorGitCheckout: (lock, checkout) => {
      asked.push(lock.map(({ name, version, source }) => [name, version, source]));
      return checkout;
    },
    overrideVendorCargoPackage: (lock, crate) => {
      asked.push([lock.name, lock.version, lock.source, lock.checksum]);
      return crate;
    },
  });
  expect(asked).toEqual([
    ["itoa", "1.0.15", cratesIo, "a".repeat(64)],
    [
      ["my-dep", "0.1.0", repository],
      ["my-dep-macros", "0.1.0", repository],
    ],
    [["other", "2.0.0", other]],
  ]);
});

test("patches apply to what the lock pins, or to what replaces it; said twice, the later counts", () => {
  const change = (attrs: readonly OverriddenAttrs[]) =>
    lib.vendorCargoDeps({
      src,
      overrideVendorCargoPackage: (_, crate) => attrs.reduce((now, each) => now.overrideAttrs(each), crate),
    }).changes?.[0]?.to;
  expect(change([{ patches: ["a.patch", "b.patch"] }])).toEqual({
    type: "patched",
    name: "itoa v1.0.15",
    of: lockedItoa,
    patches: ["a.patch", "b.patch"],
  });
  expect(change([{ patches: ["a.patch"] }, { src: input }, { patches: ["b.patch"] }])).toEqual({
    type: "patched",
    name: "itoa v1.0.15",
    of: input,
    patches: ["b.patch"],
  });
});

test("`postPatch` is a step that sees the files and the base system, and leaves the files", () => {
  const [change] =
    lib.vendorCargoDeps({
      src,
      overrideVendorGitCheckout: (lock, checkout) =>
        isMyDep(lock) ? checkout.overrideAttrs({ postPatch: "sed -i s/a/b/ src/lib.rs" }) : checkout,
    }).changes ?? [];
  expect(change?.to).toMatchObject({
    type: "output",
    of: {
      type: "derivation",
      name: "my-dep-0.1.0-patched",
      phases: [
        { name: "copy", argv: ["cp", "-R", "/build/source/.", "/build/out"] },
        { name: "postPatch", argv: ["/bin/sh", "-euc", "sed -i s/a/b/ src/lib.rs"], cwd: "/build/out" },
      ],
      mounts: { "/build/source": lockedCheckout, "/usr": { type: "base-system" } },
    },
  });
});

test("overrides in the arguments of a build reach its dependency layer, and are asked once", () => {
  let calls = 0;
  const built = lib.buildPackage({
    src,
    overrideVendorCargoPackage: (_, crate) => {
      calls++;
      return crate.overrideAttrs({ patches: ["a.patch"] });
    },
  });
  const vendor = built.mounts["/build/vendor"];
  expect(calls).toBe(1);
  expect(vendor).toMatchObject({ type: "vendor", of: src, changes: [{ kind: "package", name: "itoa" }] });
  expect(built.targetDirectory?.layer?.mounts["/build/vendor"]).toBe(vendor);
  expect(built.mounts["/build/.cargo"]).toEqual({ type: "vendor-config", of: src });
});

test("trap 1: the lock of a checkout is a list, and never empty", () => {
  lib.vendorCargoDeps({
    src,
    overrideVendorGitCheckout: (lock, checkout) => {
      const first: LockEntry = lock[0];
      expect(first.name).toMatch(/my-dep|other/);
      return checkout;
    },
  });
  const asOne = () =>
    lib.vendorCargoDeps({
      src,
      // @ts-expect-error: a list of packages has no `source`
      overrideVendorGitCheckout: (lock, checkout) => (lock.source === other ? checkout : checkout),
    });
  expect(refusal(asOne)).toEqual({
    code: "override-lock-list",
    message: "`lock` is a list of packages, and `source` is asked of it",
    notes: ["a repository can hold several packages; this checkout's: `my-dep`, `my-dep-macros`"],
    help: [
      'write `lock[0].source`, or match on the repository: fromRepository("github.com/OWNER/NAME")(lock)',
    ],
  });
});

test("trap 2: an override matches on `source`, not on the name of an input", () => {
  // @ts-expect-error: the name of an input is no repository
  const named = () => fromRepository("my-private-dep");
  expect(refusal(named)).toEqual({
    code: "override-repository",
    message: "`my-private-dep` is not a repository",
    notes: ["overrides match on the `source` that `Cargo.lock` has, and not on the name of an input"],
    help: ['write host and path: fromRepository("github.com/OWNER/NAME")'],
  });

  const asked = () =>
    lib.vendorCargoDeps({
      src,
      overrideVendorGitCheckout: (lock, checkout) =>
        // @ts-expect-error: an entry of the lock knows nothing of inputs
        lock[0].input === "my-private-dep" ? checkout : checkout,
    });
  expect(refusal(asked)).toEqual({
    code: "configuration-name",
    message: "an entry of the lock has no `input`",
    notes: [],
    help: ["it has `name`, `version`, `source`"],
  });

  warnings.length = 0;
  const vendor = lib.vendorCargoDeps({
    src,
    overrideVendorGitCheckout: (lock, checkout) =>
      // @ts-expect-error: no `source` can be equal to that
      lock[0].source === "my-private-dep" ? checkout.overrideAttrs({ src: input }) : checkout,
  });
  expect(vendor).toEqual({ type: "vendor", of: src });
  expect(warnings).toMatchObject([
    {
      code: "override-unused",
      message: "`overrideVendorGitCheckout` changed no checkout",
      notes: [`the lock has \`${repository}\``, `the lock has \`${other}\``],
      help: ['match on the repository that the lock has: fromRepository("github.com/OWNER/NAME")(lock)'],
    },
  ]);
});

test("trap 3: an override that forgets to return the others", () => {
  const forgetting = () =>
    lib.vendorCargoDeps({
      src,
      // @ts-expect-error: it must return a checkout in any case
      overrideVendorGitCheckout: (lock, checkout) => {
        if (isMyDep(lock)) return checkout.overrideAttrs({ src: input });
      },
    });
  expect(refusal(forgetting)).toEqual({
    code: "override-returned-nothing",
    message: "`overrideVendorGitCheckout` returned nothing for `other v2.0.0`",
    notes: [`it is called for every checkout of the lock; this one comes from \`${other}\``],
    help: ["return `checkout` as it is for what you leave alone: … : checkout"],
  });
  const forgettingCrates = () =>
    // @ts-expect-error: it must return a crate
    lib.vendorCargoDeps({ src, overrideVendorCargoPackage: () => {} });
  expect(refusal(forgettingCrates)).toMatchObject({
    code: "override-returned-nothing",
    message: "`overrideVendorCargoPackage` returned nothing for `itoa v1.0.15`",
  });
});

test("trap 4: a checkout cannot be replaced by something that has lost its packages", () => {
  const fresh = () =>
    lib.vendorCargoDeps({
      src,
      // @ts-expect-error: a fresh download is no checkout of the lock
      overrideVendorGitCheckout: (lock, checkout) =>
        isMyDep(lock) ? lib.downloadCargoPackageFromGit({ git: "https://h/d", rev: commit }) : checkout,
    });
  expect(refusal(fresh)).toEqual({
    code: "override-returned-other",
    message: "`overrideVendorGitCheckout` returned a `git` for `my-dep v0.1.0`",
    notes: [
      `only the checkout that it is given knows the packages that the lock wants of it, from \`${repository}\``,
    ],
    help: ["keep it, and give it other files: checkout.overrideAttrs({ src: … })"],
  });

  const built = lib.buildPackage({ src });
  const derivation = () =>
    // @ts-expect-error: nor is a derivation
    lib.vendorCargoDeps({ src, overrideVendorGitCheckout: () => built });
  expect(refusal(derivation).message).toBe(
    "`overrideVendorGitCheckout` returned a derivation for `my-dep v0.1.0`",
  );

  const copied = () =>
    // The types take a copy for the checkout.
    lib.vendorCargoDeps({ src, overrideVendorGitCheckout: (_, checkout) => ({ ...checkout, name: "mine" }) });
  expect(refusal(copied).message).toBe("`overrideVendorGitCheckout` returned an object for `my-dep v0.1.0`");

  const kept: Parameters<typeof first>[1][] = [];
  function first(_: unknown, checkout: ReturnType<NonNullable<Override>>) {
    kept.push(checkout);
    return kept[0] ?? checkout;
  }
  expect(refusal(() => lib.vendorCargoDeps({ src, overrideVendorGitCheckout: first })).message).toBe(
    "`overrideVendorGitCheckout` returned the checkout of another dependency for `other v2.0.0`",
  );
});

type Override = NonNullable<Parameters<typeof lib.vendorCargoDeps>[0]["overrideVendorGitCheckout"]>;

test("what `overrideAttrs` does not know is refused", () => {
  const misspelt = () =>
    lib.vendorCargoDeps({
      src,
      // @ts-expect-error: `patchs` is none of its arguments
      overrideVendorCargoPackage: (_, crate) => crate.overrideAttrs({ patchs: ["a.patch"] }),
    });
  expect(refusal(misspelt)).toMatchObject({
    code: "configuration-argument",
    message: "`overrideAttrs` takes no argument `patchs`",
    help: ["did you mean `patches`?"],
  });
});

test("an override beside a `cargoVendorDir` would be without effect", () => {
  const cargoVendorDir = lib.vendorCargoDeps({ src });
  const both = () =>
    lib.buildPackage({ src, cargoVendorDir, overrideVendorCargoPackage: (_, crate) => crate });
  expect(refusal(both)).toMatchObject({
    code: "override-without-effect",
    message: "`overrideVendorCargoPackage` has no effect beside `cargoVendorDir`",
  });
});

test("an override of a lock that has nothing of its kind is unused", () => {
  const told: Diagnostic[] = [];
  libOf({ args: [] }, lock.slice(0, 1), told).vendorCargoDeps({
    src,
    overrideVendorGitCheckout: (_, checkout) => checkout,
  });
  expect(told).toMatchObject([{ code: "override-unused", notes: ["the lock takes nothing from git"] }]);
});
