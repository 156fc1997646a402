#!/bin/sh
# One would expect: a Landlock ruleset denies what it names, and one that names only `execute`, and allows it everywhere, nothing.
# What happens: linking and renaming a file into another directory is denied by every ruleset that does not allow that by name
# (`refer`), and the error is not one of permission, but "Invalid cross-device link", as between file systems.
# Why it matters: programs take that for a reason to copy. Cargo writes each program twice, at another time than its original;
# of what renames to be atomic, half moves by copying. A plan for Landlock has to allow `refer`, and needs Linux 5.19 for it.
set -eu
[ -n "$(command -v cc)" ] || { echo "needs a C compiler"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR
cargo --version
mkdir -p "$work/src" "$work/one" "$work/two"
cd "$work"
# limited RIGHTS COMMAND…: a ruleset of those rights, all of them allowed below `/`.
cat >limited.c <<'END_OF_LIMITED'
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char **words) {
    struct landlock_ruleset_attr all = {.handled_access_fs = strtoull(words[1], 0, 0)};
    struct landlock_path_beneath_attr below = {.allowed_access = all.handled_access_fs, .parent_fd = open("/", O_PATH)};
    int rules = syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0);
    if (count < 3 || rules < 0 || syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, rules, 0)) {
        perror("limited");
        return 125;
    }
    execvp(words[2], words + 2);
    return 127;
}
END_OF_LIMITED
cc -o limited limited.c
uname -sr
printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
echo 'fn main() {}' >src/main.rs
seen=
try() {
  name=$1
  shift
  rm -rf target two/*
  : >one/file
  "$@" ln one/file two/linked 2>log && link=linked || link=$(sed 's/.*: //' log)
  "$@" cargo build --quiet --offline
  names=$(stat --format %h target/debug/app)
  echo "$name: ln: $link; names of Cargo's program: $names"
  seen="$seen$link $names,"
}
try 'no ruleset           '
try 'execute              ' ./limited 0x1
try 'execute and refer    ' ./limited 0x2001
[ "$seen" = "linked 2,Invalid cross-device link 1,linked 2," ] || { echo "changed"; exit 1; }
