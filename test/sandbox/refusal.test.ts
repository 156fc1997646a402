import { expect, test } from "vitest";
import { laterRefusal, type Machine, refusal } from "../../src/sandbox/refusal.ts";

const user: Machine = { read: () => undefined, env: {}, isRoot: false, release: "6.1.0-18", isChroot: false };

/** A machine with files of these texts, beside those that an ordinary one has. */
function withFiles(files: Readonly<Record<string, string>>, more: Partial<Machine> = {}): Machine {
  return { ...user, read: (path) => files[path], ...more };
}

const refusesNamespaces = "the system does not allow user namespaces";
const debian = withFiles({ "/proc/sys/kernel/unprivileged_userns_clone": "0" });
const ubuntu = withFiles({
  "/proc/sys/kernel/unprivileged_userns_clone": "1",
  "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
});
const limit = withFiles({ "/proc/sys/user/max_user_namespaces": "0" });
const allowing = (setting: string) => [
  `sudo sysctl --write ${setting}`,
  `and for good: echo ${setting} | sudo tee /etc/sysctl.d/90-gantry.conf`,
];

test.each<[string, Machine, string, readonly string[]]>([
  ["Debian", debian, refusesNamespaces, allowing("kernel.unprivileged_userns_clone=1")],
  [
    "Ubuntu",
    ubuntu,
    "AppArmor does not allow user namespaces",
    [
      ...allowing("kernel.apparmor_restrict_unprivileged_userns=0"),
      "or install bubblewrap 0.11 or later and AppArmor's profile for it",
    ],
  ],
  [
    "GitHub's runners",
    { ...ubuntu, env: { GITHUB_ACTIONS: "true", RUNNER_ENVIRONMENT: "github-hosted" } },
    "GitHub's runners do not allow user namespaces",
    ["a step before it: run: sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"],
  ],
  ["a limit", limit, refusesNamespaces, allowing("user.max_user_namespaces=15000")],
  [
    "podman",
    withFiles({ "/run/.containerenv": "" }),
    "this container does not allow namespaces",
    ["run it with: podman run --security-opt seccomp=unconfined --security-opt unmask=ALL"],
  ],
  [
    "docker",
    withFiles({ "/.dockerenv": "", "/proc/sys/user/max_user_namespaces": "96365" }, { isRoot: true }),
    "this container does not allow namespaces",
    [
      "run it with: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined",
    ],
  ],
  [
    "a chroot",
    { ...user, isRoot: true, isChroot: true },
    "in a chroot the system does not allow user namespaces",
    ["make it the root of a mount namespace instead: systemd-nspawn, podman, or pivot_root(8)"],
  ],
  [
    "what may be a chroot or a container",
    withFiles({ "/.dockerenv": "" }, { isRoot: true, isChroot: true }),
    "the system does not allow user namespaces, perhaps since this is a chroot",
    [
      "make it the root of a mount namespace instead: systemd-nspawn, podman, or pivot_root(8)",
      "or, if a container refuses them: run it with: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined",
    ],
  ],
  [
    "the same, of which even root cannot see more",
    withFiles({ "/run/.containerenv": "" }, { isRoot: true, isChroot: undefined }),
    "the system does not allow user namespaces, perhaps since this is a container",
    [
      "run it with: podman run --security-opt seccomp=unconfined --security-opt unmask=ALL",
      "or, if it is a chroot: make it the root of a mount namespace instead: systemd-nspawn, podman, or pivot_root(8)",
    ],
  ],
  [
    "a limit of another kind",
    withFiles({ "/proc/sys/user/max_net_namespaces": "0", "/.dockerenv": "" }),
    refusesNamespaces,
    allowing("user.max_net_namespaces=15000"),
  ],
  [
    "an old kernel",
    { ...user, release: "5.10.0-28-amd64" },
    "Linux 5.10.0-28-amd64 has no overlays in user namespaces",
    ["Linux 5.11 has them"],
  ],
  ["what nobody knows", user, refusesNamespaces, []],
])("%s: why, and the one setting", (_, machine, why, help) => {
  expect(refusal("cannot make a user namespace: Operation not permitted", machine)).toMatchObject({
    code: "sandbox-missing",
    message: why,
    causes: ["cannot make a user namespace: Operation not permitted"],
    help,
  });
});

test("what the store's file system cannot do has another remedy", () => {
  expect(refusal("spawn /store/trees/1/enter EACCES", user)).toMatchObject({
    message: "no program can be started where the store lies",
    help: ["put it on a file system that is mounted without `noexec`: gantry --store DIR"],
  });
  const said = "cannot mount root/build/layered: Invalid argument";
  const why = "the file system of the store cannot have layers over it";
  const help = "put it on another one: gantry --store DIR";
  expect(refusal(said, user)).toMatchObject({ message: why, causes: [said], help: [help] });
  expect(refusal(said, withFiles({ "/run/.containerenv": "" }))).toMatchObject({
    message: why,
    help: [`${help}; in a container: --volume gantry:/root/.cache/gantry`],
  });
});

test("what holds for ordinary users alone is not said to root", () => {
  for (const machine of [debian, ubuntu])
    expect(refusal("", { ...machine, isRoot: true })).toMatchObject({ message: refusesNamespaces, help: [] });
});

test("a limit does not read as a full disk", () => {
  for (const what of ["a user namespace", "namespaces", "the command's user namespace"])
    expect(refusal(`cannot make ${what}: No space left on device`, limit)).toMatchObject({
      causes: [`cannot make ${what}: the system allows no more of them (ENOSPC)`],
    });
});

test("a limit that was reached is named with its value, whatever else the machine may refuse", () => {
  const limits = {
    "/proc/sys/user/max_user_namespaces": "63207",
    "/proc/sys/user/max_net_namespaces": "40",
    "/proc/sys/user/max_pid_namespaces": "200",
    "/.dockerenv": "",
  };
  const refused = (what: string) =>
    refusal(`cannot make ${what}: No space left on device`, withFiles(limits));
  expect(refused("a user namespace")).toMatchObject({
    code: "sandbox-missing",
    message: "all namespaces are in use that the system allows you: `user.max_user_namespaces` is 63207",
    causes: ["cannot make a user namespace: the system allows no more of them (ENOSPC)"],
    help: [
      ...allowing("user.max_user_namespaces=126414"),
      "or end what has them, such as containers and browsers: lsns --type user",
    ],
  });
  const ofNet = {
    message: "all namespaces are in use that the system allows you: `user.max_net_namespaces` is 40",
    help: [
      ...allowing("user.max_net_namespaces=15000"),
      "or end what has them, such as containers and browsers: lsns --type net",
    ],
  };
  expect(refused("namespaces")).toMatchObject(ofNet);
  const bubblewrap =
    "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)";
  expect(refusal(bubblewrap, withFiles(limits))).toMatchObject(ofNet);
});

test("a later refusal is told as the first one is, and only where it is one", () => {
  const said = "cannot make namespaces: Operation not permitted";
  expect(laterRefusal(said, debian)).toEqual(refusal(said, debian));
  expect(laterRefusal("cannot mount root/build/source: No space left on device", debian)).toBeUndefined();
  expect(laterRefusal("", debian)).toBeUndefined();
});

test("a root without rights is told of the one that it needs", () => {
  const status = (rights: string) =>
    withFiles(
      { "/proc/self/status": `Name:\tnode\nCapEff:\t${rights}\n`, "/.dockerenv": "" },
      { isRoot: true },
    );
  const said = "cannot write self/uid_map: Operation not permitted";
  const message = "root is not allowed to make user namespaces without the capability CAP_SETFCAP";
  expect(refusal(said, status("0000000000000000"))).toMatchObject({ message });
  expect(refusal(said, status("000001ffffffffff"))).not.toMatchObject({ message });
});
