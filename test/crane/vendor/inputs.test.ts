import { expect, test } from "vitest";
import { git, path } from "../../../src/crane/vendor/inputs.ts";
import { libOf } from "../lib.ts";

const rev = "0123456789abcdef0123456789abcdef01234567";

test("a repository is named after its URL, unless it is given a name", () => {
  const nameOf = (url: string) => git({ url, rev }).name;
  expect(nameOf("ssh://git@github.com/myorg/my-dep.git")).toBe("my-dep");
  expect(nameOf("git@github.com:my-dep")).toBe("my-dep");
  expect(git({ url: "https://h/a/b/", rev, name: "mine" }).name).toBe("mine");
});

test("a branch or tag leads to the commit", () => {
  const url = "https://h/dep";
  expect(git({ url, rev })).toEqual({ type: "git", name: "dep", url, rev });
  expect(git({ url, rev, branch: "main" }).reference).toEqual({ kind: "branch", name: "main" });
  expect(git({ url, rev, tag: "v1" }).reference).toEqual({ kind: "tag", name: "v1" });
  const lib = libOf();
  expect(lib.downloadCargoPackageFromGit({ git: url, rev, ref: "refs/tags/v1" })).toEqual(
    git({ url, rev, tag: "v1" }),
  );
});

test("a commit that is not whole is refused, as it pins nothing; so is a password in the URL, without showing it", () => {
  expect(() => git({ url: "https://h/dep", rev: "main" })).toThrow(
    "`rev` of the git input must be a whole commit, and is `main`",
  );
  expect(() => git({ url: "https://me:secret@h/dep", rev })).toThrow(
    "the URL `https://*********@h/dep` of the git input holds a password",
  );
});

test("a path is a source of all its files", () => {
  expect(path("../my-dep")).toEqual({ type: "source", root: "../my-dep", filter: { kind: "everything" } });
});

test("registries go into the crates of everything that their `lib` describes", () => {
  const lib = libOf();
  const src = lib.cleanCargoSource(".");
  const more = lib.appendCrateRegistries([
    lib.registryFromDownloadUrl({ indexUrl: "https://h/index", dl: "https://h/dl" }),
    lib.registryFromSparse({ indexUrl: "https://s/index" }),
    lib.registryFromGitIndex({ indexUrl: "https://g/index", rev }),
  ]);
  expect(more.buildPackage({ src }).mounts["/build/vendor"]).toEqual({
    type: "vendor",
    of: src,
    registries: [
      { source: "registry+https://h/index", downloadUrl: "https://h/dl" },
      { source: "sparse+https://s/index/", configUrl: "https://s/index/config.json" },
      { source: "registry+https://g/index", index: "https://g/index", rev },
    ],
  });
});
