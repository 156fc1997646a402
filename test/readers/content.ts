import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Content, Files } from "./reader.ts";

export function writeContents(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const place = join(root, path);
    rmSync(place, { recursive: true, force: true });
    if (content === null) continue;
    mkdirSync(dirname(place), { recursive: true });
    if (typeof content === "string") writeFileSync(place, content);
    else content(place);
  }
}

export function link(target: string): Content {
  return (place) => symlinkSync(target, place);
}

export function executable(text: string): Content {
  return (place) => {
    writeFileSync(place, text);
    chmodSync(place, 0o755);
  };
}

/** An object file, or what else a command makes of C at the place that it finds in `$1`. */
export function compiledC(source: string, command = 'cc -c -o "$1" said.c'): Content {
  return (place) => inScratch({ "said.c": source }, command, place);
}

export function staticLibrary(source: string): Content {
  return compiledC(source, 'cc -c said.c && ar rcs "$1" said.o');
}

export function sharedLibrary(source: string, name = "libsaid.so"): Content {
  return compiledC(source, `cc -shared -fPIC -Wl,-soname,${name} -o "$1" said.c`);
}

/** A program without any library of the system. */
export function goProgram(source: string): Content {
  const command = 'HOME=$PWD CGO_ENABLED=0 GOFLAGS=-mod=mod go build -trimpath -o "$1" said.go';
  return (place) => inScratch({ "said.go": source }, command, place);
}

function inScratch(files: Readonly<Record<string, string>>, command: string, place: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "gantry-compile-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text);
    execFileSync("sh", ["-ec", command, "sh", place], { cwd: scratch });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
