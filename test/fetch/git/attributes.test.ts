import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { library } from "../../rig/gitRepository.ts";
import { gitRig, locked } from "./gitRig.ts";

/** Files, and the line of `.gitattributes` that they have. */
const cases: Readonly<Record<string, readonly [attributes: string, content: string]>> = {
  lines: ["eol=crlf", "a\nb\n"],
  mixed: ["text eol=crlf", "a\r\nb\nc\n"],
  all: ["eol=crlf", "a\r\nb\r\n"],
  returns: ["eol=crlf", "a\rb\r\r\n\n"],
  zeroes: ["eol=crlf", "a\nb\0\nc\n"],
  automatic: ["text=auto eol=crlf", "a\nb\n"],
  "automatic-mixed": ["text=auto eol=crlf", "a\r\nb\nc\n"],
  "automatic-return": ["text=auto eol=crlf", "a\rb\nc\n"],
  "automatic-binary": ["text=auto eol=crlf", "\x01\x02a\n"],
  "automatic-escapes": ["text=auto eol=crlf", "\x1b\x08\x0c\ta\n"],
  untouched: ["-text eol=crlf", "a\n"],
  "old-name": ["-crlf eol=crlf", "a\n"],
  "both-names": ["text -crlf eol=crlf", "a\n"],
  "other-value": ["text=other -crlf eol=crlf", "a\n"],
  unix: ["text eol=lf", "a\r\nb\n"],
  macro: ["windows", "a\n"],
  identified: ["ident", "x $Id$ y $Id: old $ z\n"],
  "across-lines": ["ident", "$Id: a\nb $ c\n"],
  "longer-word": ["ident", "$Identity$\n"],
  open: ["ident", "$Id: and no end\n"],
  "binary-identified": ["ident", "\0$Id$\n"],
  both: ["ident eol=crlf", "$Id$\n"],
  encoded: ["working-tree-encoding=UTF-16LE-BOM", "a\n"],
  filtered: ["filter=lfs", "a\n"],
  plain: ["", "a\n"],
};

test("`.gitattributes` change what they change for Cargo, whatever the user's attributes say", async () => {
  await using it = gitRig();
  it.write("home/.config/git/attributes", "plain eol=crlf\n");
  const repository = it.repository("dep");
  const files = Object.fromEntries(Object.entries(cases).map(([name, [, content]]) => [name, content]));
  repository.commit({ ...library("dep", "1.0.0"), ...files, "below/lines": "a\n" });
  // Behind git's back, which would convert the files when it adds them.
  const commitAs = (path: string, text: string) => {
    const place = join(repository.directory, ".git/text");
    writeFileSync(place, text);
    const id = repository.git("hash-object", "-w", "--no-filters", place);
    repository.git("update-index", "--add", "--cacheinfo", `100644,${id},${path}`);
  };
  const lines = Object.entries(cases).map(([name, [attributes]]) => `${name} ${attributes}\n`);
  commitAs(".gitattributes", `[attr]windows text eol=crlf\n${lines.join("")}`);
  commitAs("below/.gitattributes", "lines -text\n");
  repository.git("commit", "--quiet", "--message", "attributes");
  const commit = repository.git("rev-parse", "HEAD");

  const url = `file://${repository.directory}`;
  it.write(
    "workspace/Cargo.toml",
    `[package]\nname = "app"\nversion = "0.1.0"\n[dependencies]\ndep = { git = "${url}" }\n`,
  );
  it.write("workspace/src/lib.rs", "");
  const home = join(it.home, "../cargo-home");
  execFileSync("cargo", ["fetch", "--quiet"], {
    cwd: it.workspace,
    env: { ...it.env, CARGO_HOME: home, HOME: join(it.home, "../nobody") },
  });
  const checkouts = `${home}/git/checkouts`;
  const [name = ""] = readdirSync(checkouts);
  const [revision = ""] = readdirSync(`${checkouts}/${name}`);
  const cargos = Object.keys({ ...cases, "below/lines": "" }).map((path) => [
    path,
    readFileSync(`${checkouts}/${name}/${revision}/${path}`, "utf8"),
  ]);

  const vendored = await it.vendor([locked("dep", "1.0.0", `git+${url}#${commit}`)]);
  expect(vendored).toMatchObject({ "dep 1.0.0": Object.fromEntries(cargos) });
  expect(Object.fromEntries(cargos)).toMatchObject({
    lines: "a\r\nb\r\n",
    identified: expect.stringMatching(/^x \$Id: [0-9a-f]{40} \$ y \$Id: old \$ z\n$/),
  });
});
