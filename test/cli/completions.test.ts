import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bashCompletions } from "../../src/cli/completions/bash.ts";
import type { CommandTree } from "../../src/cli/completions/commandTree.ts";
import { fishCompletions } from "../../src/cli/completions/fish.ts";
import { zshCompletions } from "../../src/cli/completions/zsh.ts";

const leaf = { options: [], operands: [], commands: [] };
const tree: CommandTree = {
  name: "gantry",
  summary: "builds",
  options: [
    { name: "directory", short: "C", value: "DIR", summary: "act there" },
    { name: "sandbox", value: "LEVEL", summary: "how", choices: ["bwrap", "none"] },
    { name: "quiet", short: "q", summary: "say [almost] nothing" },
  ],
  operands: [],
  commands: [
    { ...leaf, name: "show", summary: "what the project's outputs are" },
    {
      ...leaf,
      name: "store",
      summary: "the store",
      commands: [
        {
          ...leaf,
          name: "gc",
          summary: "remove",
          options: [{ name: "dry-run", summary: "only say" }],
          operands: [{ name: "WHAT", summary: "of what", choices: ["all", "old"] }],
        },
      ],
    },
  ],
};

test.each([
  ["", ["show", "store", "-C", "--directory", "--sandbox", "-q", "--quiet"]],
  ["s", ["show", "store"]],
  ["-q st", ["store"]],
  ["-C store s", ["show", "store"]],
  ["store ", ["gc", "-C", "--directory", "--sandbox", "-q", "--quiet"]],
  ["store gc ", ["all", "old", "--dry-run", "-C", "--directory", "--sandbox", "-q", "--quiet"]],
  ["store gc --d", ["--dry-run", "--directory"]],
  ["--sandbox ", ["bwrap", "none"]],
  ["show --sandbox n", ["none"]],
  ["-C /us", ["/usr"]],
  ["show -- ", []],
])("bash completes `gantry %s`", (line, offered) => {
  const words = ["gantry", ...line.split(" ")];
  const script = `${bashCompletions(tree)}
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _gantry; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" });
  expect(out.split("\n").filter((word) => word !== "")).toEqual(offered);
});

test("the script for zsh", () => {
  expect(zshCompletions(tree)).toMatchInlineSnapshot(`
    "#compdef gantry cargo-gantry

    _gantry() {
      local context state line
      local -a commands=(
        'show:what the project'\\''s outputs are'
        'store:the store'
      )
      _arguments -s -C \\
        '(-C --directory)'{-C,--directory}'[act there]:DIR:_files -/' \\
        '--sandbox[how]:LEVEL:(bwrap none)' \\
        '(-q --quiet)'{-q,--quiet}'[say \\[almost\\] nothing]' \\
        '1: :->command' \\
        '*:: :->rest'
      case $state in
        command) _describe command commands ;;
        rest)
          case $words[1] in
            show) _gantry_show ;;
            store) _gantry_store ;;
          esac ;;
      esac
    }

    _gantry_show() {
      _arguments -s \\
        '(-C --directory)'{-C,--directory}'[act there]:DIR:_files -/' \\
        '--sandbox[how]:LEVEL:(bwrap none)' \\
        '(-q --quiet)'{-q,--quiet}'[say \\[almost\\] nothing]'
    }

    _gantry_store() {
      local context state line
      local -a commands=(
        'gc:remove'
      )
      _arguments -s -C \\
        '(-C --directory)'{-C,--directory}'[act there]:DIR:_files -/' \\
        '--sandbox[how]:LEVEL:(bwrap none)' \\
        '(-q --quiet)'{-q,--quiet}'[say \\[almost\\] nothing]' \\
        '1: :->command' \\
        '*:: :->rest'
      case $state in
        command) _describe command commands ;;
        rest)
          case $words[1] in
            gc) _gantry_store_gc ;;
          esac ;;
      esac
    }

    _gantry_store_gc() {
      _arguments -s \\
        '--dry-run[only say]' \\
        '(-C --directory)'{-C,--directory}'[act there]:DIR:_files -/' \\
        '--sandbox[how]:LEVEL:(bwrap none)' \\
        '(-q --quiet)'{-q,--quiet}'[say \\[almost\\] nothing]' \\
        '*:WHAT:(all old)'
    }

    _gantry "$@"
    "
  `);
});

test("the script for fish", () => {
  expect(fishCompletions(tree)).toMatchInlineSnapshot(`
    "complete -c gantry -f
    complete -c gantry -s C -l directory -x -a '(__fish_complete_directories)' -d 'act there'
    complete -c gantry -l sandbox -x -a 'bwrap none' -d 'how'
    complete -c gantry -s q -l quiet -d 'say [almost] nothing'
    complete -c gantry -n '__fish_use_subcommand' -a show -d 'what the project\\'s outputs are'
    complete -c gantry -n '__fish_use_subcommand' -a store -d 'the store'
    complete -c gantry -n '__fish_seen_subcommand_from store; and not __fish_seen_subcommand_from gc' -a gc -d 'remove'
    complete -c gantry -n '__fish_seen_subcommand_from store; and __fish_seen_subcommand_from gc' -l dry-run -d 'only say'
    complete -c gantry -n '__fish_seen_subcommand_from store; and __fish_seen_subcommand_from gc' -a 'all old'
    "
  `);
});
