import { expect, test } from "vitest";
import { submoduleUrl } from "../../../src/fetch/git/fetchCheckout.ts";

test.each([
  ["https://elsewhere.org/x", "https://h.org/team/a.git", "https://elsewhere.org/x"],
  ["git@h.org:team/x.git", "https://h.org/team/a.git", "git@h.org:team/x.git"],
  ["../b.git", "https://h.org/team/a.git", "https://h.org/team/b.git"],
  ["../../other/b", "ssh://git@h.org:2222/team/a/", "ssh://git@h.org:2222/other/b"],
  ["./b", "https://h.org/team/a", "https://h.org/team/a/b"],
  ["../b.git", "git@h.org:team/a.git", "git@h.org:team/b.git"],
  ["../../b.git", "git@h.org:team/a.git", "git@h.org:b.git"],
])("`%s` in a repository at `%s`", (written, parent, url) => {
  expect(submoduleUrl(written, parent)).toBe(url);
});
