import { expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { tempProject } from "../rig/tempProject.ts";

/**
 * Gantry with a store that has built at full, in a place that looks as before, and where namespaces are refused from then on. Of root's
 * in a user namespace, the limits are its own.
 */
const script = `gantry=$1 store=$4
allow() { echo $1 >/proc/sys/user/max_mnt_namespaces; }
try() { echo "// $*" >>src/main.rs; echo "== $*"; "$gantry" "$@" --store "$store" --color never 2>&1; echo "status $?"; }
try build
allow 0; try build --sandbox full
allow 100; try doctor
allow 0; try build
allow 100; try doctor
allow 0; try doctor
allow 100; try doctor
allow 0; try check fmt`;

describeIsolated("a store that has built at full", () => {
  test("where namespaces are refused later, forgets what is remembered, and the doctor does not tell it", async () => {
    using project = tempProject({
      "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/main.rs": "fn main() {}\n",
    });
    project.lock();
    const through = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"];
    const ran = await project.gantry(["build"], { through });
    const [first, full, again, less, once, lost, more, check] = ran.out.split(/^== /m).slice(1);
    const forgotten = /^note: .*, though it could before: /m;
    const builds = /^ +Finished app in [\s\S]*^status 0$/m;
    expect(first).toMatch(builds);
    expect(first).not.toContain("sandbox");
    // What the doctor finds to work is remembered, too.
    for (const doctor of [again, once, more])
      expect(doctor).toMatch(/^ok +sandbox +steps are isolated: the level `full`$/m);
    expect(full).toMatch(forgotten);
    expect(full).toMatch(/^error\[sandbox-missing\]: [\s\S]*cannot make namespaces: [\s\S]*^status 1$/m);
    expect(less).toMatch(forgotten);
    expect(less).toMatch(/^warning\[sandbox-missing\]: building with[\s\S]*?\n {2}= help: /m);
    expect(less).toMatch(builds);
    expect(lost).toMatch(/^wrong +sandbox +building with[\s\S]*^status 1$/m);
    // A failed check stops the others, and that one must not.
    expect(check).toMatch(forgotten);
    // The remedy was told.
    expect(check).toMatch(
      /^warning\[sandbox-missing\]: building with.*; what helps: gantry doctor\n(?! {2}= )/m,
    );
    expect(check).toMatch(/^ +Finished fmt in [\s\S]*^status 0$/m);
  });
});
