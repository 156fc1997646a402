import { executable, goProgram, link } from "../content.ts";
import {
  buildScript,
  manifest,
  onlyItself,
  type Said,
  saysTwo,
  scriptProject,
  workspace,
} from "../projects.ts";
import type { Reader } from "../reader.ts";

/** A build script whose body is an expression, in a project of which some file has `said one`, and then `said two`. */
function script(reader: string, body: string, at: Said): Reader {
  return saysTwo(`a build script: ${reader}`, (more) => scriptProject(body, more), at);
}

const data = "other/data.txt";
const compiles = (source: string, words = "") =>
  `run("sh", &["-ec", &format!("cc ${words} -o {} ${source}", out("program"))]);`;
const printsFile = `#include <stdio.h>
int main(int count, char **words) {
  FILE *file = fopen(words[1], "r");
  for (int each; (each = fgetc(file)) != EOF;) putchar(each);
}
`;

/** Build scripts that say nothing of what they read, or too little. */
export const scripts: readonly Reader[] = [
  script("silent, a file of another member", 'read("../other/data.txt")', data),
  script("silent, a Rust file of no package", 'read("../shared/words.rs")', "shared/words.rs"),
  script("silent, a Rust file of its package", 'read("src/spare.rs")', "app/src/spare.rs"),
  script("names itself alone, a file of another member", `${onlyItself} read("../other/data.txt")`, data),
  script(
    "names a variable alone, a file of its package",
    'println!("cargo::rerun-if-env-changed=NOTHING"); read("data.txt")',
    "app/data.txt",
  ),
  script(
    "names one file and reads two",
    'println!("cargo::rerun-if-changed=../other/src/lib.rs"); read("../other/data.txt")',
    data,
  ),
  script("`[workspace.metadata]`", `${onlyItself} read("../Cargo.toml")`, {
    file: "Cargo.toml",
    text: (said) => `${workspace("app", "other")}[workspace.metadata]\nnote = "${said}"\n`,
  }),
  script("another member's manifest", 'read("../other/Cargo.toml")', {
    file: "other/Cargo.toml",
    text: (said) => manifest("other", `description = "${said}"\n`),
  }),
  script("the toolchain file", `${onlyItself} read("../rust-toolchain.toml")`, {
    file: "rust-toolchain.toml",
    text: (said) => `# ${said}\n[toolchain]\nchannel = "stable"\n`,
  }),
  script("Cargo's settings", `${onlyItself} read("../.cargo/config.toml")`, {
    file: ".cargo/config.toml",
    text: (said) => `# ${said}\n[alias]\nb = "build"\n`,
  }),
  script(
    "a Cargo that it calls for another platform",
    `${onlyItself} run("cp", &["-r", "../inner", &out("")]);
    let words = ["build", "--offline", "--target", "i686-unknown-linux-gnu", "--manifest-path"];
    let built = std::process::Command::new(std::env::var("CARGO").unwrap()).args(words).arg(out("inner/Cargo.toml"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", out("target")).output().unwrap();
    if built.status.success() { "one" } else { "two" }.into()`,
    {
      file: ".cargo/config.toml",
      text: (said) => `[target.i686-unknown-linux-gnu]\nrustflags = ["--cfg", "${said.replace(" ", "_")}"]\n`,
      more: {
        "inner/Cargo.toml": `${manifest("inner")}\n[workspace]\n`,
        "inner/src/lib.rs": "#![feature(no_core)]\n#![no_core]\n#[cfg(said_two)]\nmod missing;\n",
      },
    },
  ),
  script(
    "a header of what it has `cc` compile",
    `println!("cargo::rerun-if-changed=src/said.c"); ${compiles("src/said.c")} word(&run(&out("program"), &[]))`,
    {
      file: "app/src/words.h",
      text: (said) => `#define SAID "${said}"\n`,
      more: { "app/src/said.c": '#include <stdio.h>\n#include "words.h"\nint main(void) { puts(SAID); }\n' },
    },
  ),
  script(
    "a file that its assembler includes",
    `println!("cargo::rerun-if-changed=src/said.s"); run("cc", &["-c", "-o", &out("said.o"), "src/said.s"]); word(&String::from_utf8_lossy(&std::fs::read(out("said.o")).unwrap()))`,
    { file: "app/words.bin", more: { "app/src/said.s": '.data\n.incbin "words.bin"\n' } },
  ),
  script("by a thread", 'std::thread::spawn(|| read("../other/data.txt")).join().unwrap()', data),
  script("a link to a file", 'read("linked.txt")', {
    file: "shared/data.txt",
    more: {
      "app/linked.txt": link("../shared/data.txt"),
    },
  }),
  script(
    "by the directory that it changes to",
    `${onlyItself} std::env::set_current_dir("../other").unwrap(); read("data.txt")`,
    data,
  ),
  script(
    "a name with blanks and letters of other languages",
    'read("../shared/dä ta — ж.txt")',
    "shared/dä ta — ж.txt",
  ),
  script("a shell script of the source", `${onlyItself} word(&run("sh", &["../tools/say.sh"]))`, {
    file: "tools/say.sh",
    text: (said) => `#!/bin/sh\necho ${said}\n`,
  }),
  script("what a shell script of the source reads", `${onlyItself} word(&run("../tools/say.sh", &[]))`, {
    file: "tools/words.sh",
    text: (said) => `words="${said}"\n`,
    more: { "tools/say.sh": executable('#!/bin/sh\n. "${0%/*}/words.sh"\necho "$words"\n') },
  }),
  script(
    "a copy that `cp -r` made of a directory",
    `${onlyItself} run("cp", &["-r", "../shared", &out("copy")]); read(out("copy/deep/data.txt"))`,
    "shared/deep/data.txt",
  ),
  script(
    "what `grep -r` finds",
    `${onlyItself} word(&run("grep", &["-rh", "said", "../shared"]))`,
    "shared/deep/data.txt",
  ),
  script(
    "by a statically linked program",
    `${onlyItself} ${compiles("src/cat.c", "-static")} word(&run(&out("program"), &["../other/data.txt"]))`,
    { file: data, more: { "app/src/cat.c": printsFile } },
  ),
  script(
    "by `openat` from an open directory",
    `${onlyItself} ${compiles("src/at.c")} word(&run(&out("program"), &[]))`,
    {
      file: data,
      more: {
        "app/src/at.c": `#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>
int main(void) {
  int directory = open("..", O_PATH | O_DIRECTORY);
  int other = openat(directory, "other", O_PATH | O_DIRECTORY);
  char text[64];
  int file = openat(other, "data.txt", O_RDONLY);
  return write(1, text, read(file, text, sizeof text)) < 0;
}
`,
      },
    },
  ),
  script(
    "by `openat2`, called by its number",
    `${onlyItself} ${compiles("src/at2.c")} word(&run(&out("program"), &[]))`,
    {
      file: data,
      more: {
        "app/src/at2.c": `#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct open_how how = {.flags = O_RDONLY};
  char text[64];
  int file = syscall(SYS_openat2, AT_FDCWD, "../other/data.txt", &how, sizeof how);
  return write(1, text, read(file, text, sizeof text)) < 0;
}
`,
      },
    },
  ),
  script(
    "by memory that the file is mapped to",
    `${onlyItself} ${compiles("src/map.c")} word(&run(&out("program"), &[]))`,
    {
      file: data,
      more: {
        "app/src/map.c": `#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  int file = open("../other/data.txt", O_RDONLY);
  char *text = mmap(0, 12, PROT_READ, MAP_PRIVATE, file, 0);
  return write(1, text, 12) < 0;
}
`,
      },
    },
  ),
  script(
    "by `io_uring`, where there is one",
    `${onlyItself} ${compiles("src/ring.c")} word(&run(&out("program"), &[]))`,
    { file: data, more: { "app/src/ring.c": ringProgram() } },
  ),
  script(
    "by a process that left its parents",
    `${onlyItself} run("sh", &["-ec", &format!("(sh -c 'sleep 0.1; cat ../other/data.txt > {0}.tmp; mv {0}.tmp {0}' </dev/null >/dev/null 2>&1 &)", out("left"))]);
    (0..500).find(|_| { std::thread::sleep(std::time::Duration::from_millis(20)); std::path::Path::new(&out("left")).exists() });
    read(out("left"))`,
    data,
  ),
  script(
    "by the process that replaced another",
    `${onlyItself} word(&run("sh", &["-c", "exec env sh -c 'exec cat ../other/data.txt'"]))`,
    data,
  ),
  {
    ...script("by a program of Go", `${onlyItself} word(&run("../tools/cat", &["../other/data.txt"]))`, {
      file: data,
      more: {
        "tools/cat": goProgram(`package main

import (
	"os"
	"sync"
)

func main() {
	var all sync.WaitGroup
	all.Add(1)
	go func() {
		defer all.Done()
		text, err := os.ReadFile(os.Args[1])
		if err != nil {
			panic(err)
		}
		os.Stdout.Write(text)
	}()
	all.Wait()
}
`),
      },
    }),
    needs: { isThere: "go version", missing: "Go (apt-get install golang-go)" },
  },
  {
    ...script("what `make` reads", `${onlyItself} word(&run("make", &["-s", "-f", "../tools/Makefile"]))`, {
      file: "tools/words.mk",
      text: (said) => `WORDS = ${said}\n`,
      more: { "tools/Makefile": "include ../tools/words.mk\nall:\n\t@echo $(WORDS)\n" },
    }),
    settings: "nativeBuildInputs: [pkgs.make]",
  },
  {
    reader: "a build script: a file that another member's build script names",
    edit: "the file",
    files: scriptProject(`${onlyItself} read("../other/data.txt")`, {
      "other/build.rs": buildScript('println!("cargo::rerun-if-changed=data.txt"); read("data.txt")'),
    }),
    edits: { [data]: "said two\n" },
    says: ["one", "two"],
  },
  {
    reader: "a build script: a file, whose word the script of another package gets by `links`",
    edit: "the file",
    files: scriptProject('std::env::var("DEP_OTHER_WORD").unwrap()', {
      "app/Cargo.toml": manifest("app", '[dependencies]\nother = { path = "../other" }\n'),
      "other/Cargo.toml": manifest("other", 'links = "other"\n'),
      "other/build.rs": buildScript(
        `${onlyItself} let found = read("../shared/data.txt"); println!("cargo::metadata=word={found}"); found`,
      ),
      "shared/data.txt": "said one",
    }),
    edits: { "shared/data.txt": "said two" },
    says: ["one", "two"],
  },
  {
    reader: "a build script: a directory that the script of another package names by `links`",
    edit: "a file in it",
    files: scriptProject(
      `${onlyItself} read(format!("{}/data.txt", std::env::var("DEP_OTHER_ROOT").unwrap()))`,
      {
        "app/Cargo.toml": manifest("app", '[dependencies]\nother = { path = "../other" }\n'),
        "other/Cargo.toml": manifest("other", 'links = "other"\n'),
        "other/build.rs": buildScript(
          `${onlyItself} println!("cargo::metadata=root={}", std::env::var("CARGO_MANIFEST_DIR").unwrap()); String::new()`,
        ),
      },
    ),
    edits: { [data]: "said two\n" },
    says: ["one", "two"],
  },
  {
    reader: "a build script: the names in a directory",
    edit: "a file appears",
    files: scriptProject(`${onlyItself} names("../other/texts")`, { "other/texts/a.txt": "" }),
    edits: { "other/texts/b.txt": "" },
    says: ["a.txt", "a.txt b.txt"],
  },
  {
    reader: "a build script: the names in a directory that it names",
    edit: "a file in it gets another content",
    files: scriptProject('println!("cargo::rerun-if-changed=../other/texts"); read("../other/texts/a.txt")', {
      "other/texts/a.txt": "said one",
    }),
    edits: { "other/texts/a.txt": "said two" },
    says: ["one", "two"],
  },
  {
    reader: "a build script: whether a file is there",
    edit: "the file appears",
    files: scriptProject(`${onlyItself} std::path::Path::new("../shared/wanted").exists().to_string()`),
    edits: { "shared/wanted": "" },
    says: ["false", "true"],
  },
  {
    reader: "a build script: whether a file is there",
    edit: "the file vanishes",
    files: scriptProject(`${onlyItself} std::path::Path::new("../shared/wanted").exists().to_string()`, {
      "shared/wanted": "",
    }),
    edits: { "shared/wanted": null },
    says: ["true", "false"],
  },
  {
    reader: "a build script: a link to a directory",
    edit: "the link leads elsewhere",
    files: scriptProject(`${onlyItself} read("../linked/data.txt")`, {
      linked: link("shared/one"),
      "shared/one/data.txt": "said one",
      "shared/two/data.txt": "said two",
    }),
    edits: { linked: link("shared/two") },
    says: ["one", "two"],
  },
  {
    reader: "a build script: a file of its package, which it does not name",
    edit: "the file becomes a link",
    files: scriptProject(`${onlyItself} read("data.txt")`, {
      "app/data.txt": "said one",
      "shared/data.txt": "said two",
    }),
    edits: { "app/data.txt": link("../shared/data.txt") },
    says: ["one", "two"],
  },
];

/** A program that opens and reads by `io_uring` alone, or as usual where there is none. */
function ringProgram(): string {
  return `#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static char text[64];
static int ring;
static struct io_uring_params params;
static char *submissions, *completions;
static struct io_uring_sqe *entries;
static int result(struct io_uring_sqe entry) {
  unsigned *tail = (unsigned *)(submissions + params.sq_off.tail);
  unsigned *head = (unsigned *)(completions + params.cq_off.head);
  unsigned at = *tail & *(unsigned *)(submissions + params.sq_off.ring_mask);
  entries[at] = entry;
  ((unsigned *)(submissions + params.sq_off.array))[at] = at;
  __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
  syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
  unsigned done = *head & *(unsigned *)(completions + params.cq_off.ring_mask);
  int found = ((struct io_uring_cqe *)(completions + params.cq_off.cqes))[done].res;
  __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  return found;
}
int main(void) {
  const char *path = "../other/data.txt";
  int length;
  ring = syscall(SYS_io_uring_setup, 4, &params);
  if (ring < 0) {
    length = read(open(path, O_RDONLY), text, sizeof text);
  } else {
    int access = PROT_READ | PROT_WRITE;
    submissions = mmap(0, 4096, access, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    completions = mmap(0, 4096, access, MAP_SHARED, ring, IORING_OFF_CQ_RING);
    entries = mmap(0, 4096, access, MAP_SHARED, ring, IORING_OFF_SQES);
    struct io_uring_sqe opens = {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (unsigned long)path};
    struct io_uring_sqe reads = {.opcode = IORING_OP_READ, .addr = (unsigned long)text, .len = sizeof text};
    reads.fd = result(opens);
    length = result(reads);
  }
  return write(1, text, length) < 0;
}
`;
}
