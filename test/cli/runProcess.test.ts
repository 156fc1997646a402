import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWhere } from "../rig/describeWhere.ts";
import { type End, endOf } from "./endOf.ts";

const fake = join(import.meta.dirname, "fakeProcess.ts");

/** Runs one of the fake commands; when it has started it gets these signals, one after the other. */
function ran(command: string, signals: readonly NodeJS.Signals[] = []): Promise<End> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fake, command]);
  const left = [...signals];
  child.stderr.on("data", () => {
    const next = left.shift();
    if (next !== undefined) child.kill(next);
    if (left.length > 0) setTimeout(() => child.kill(left.shift()), 200);
  });
  return endOf(child);
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s stops the command, which may clean up",
  async (signal) => {
    expect(await ran("wait", [signal])).toEqual({
      status: 130,
      out: "",
      err: `note: started
error[interrupted]: interrupted
  = note: what was finished is kept, and the next build goes on from there
`,
    });
  },
);

test.each(["helper-refused", "helper-thrown"])(
  "Ctrl-C that ends a program which is waited for without hearing it is no failure of that (%s)",
  async (command) => {
    expect(await ran(command)).toEqual({
      status: 130,
      out: "",
      err: `note: started
error[interrupted]: interrupted
  = note: what was finished is kept, and the next build goes on from there
`,
    });
  },
);

test("a signal that comes when all is done changes nothing of that", async () => {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", fake, "slow-end"]);
  child.stderr.on("data", (said) => String(said).includes("ending") && child.kill("SIGTERM"));
  expect(await endOf(child)).toEqual({ status: 0, out: "", err: "note: started\nending\n" });
});

test("a second Ctrl-C ends a command that does not stop", async () => {
  expect(await ran("hang", ["SIGINT", "SIGINT"])).toEqual({ status: 130, out: "", err: "note: started\n" });
});

test("what hangs in a disk that does not answer holds up no end", async () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-hung-"));
  execFileSync("mkfifo", [join(directory, "pipe")]);
  process.env.PIPE = join(directory, "pipe");
  try {
    expect(await ran("hung-disk")).toEqual({
      status: 2,
      out: "",
      err: "note: started\nerror[fake-failed]: it ends\n",
    });
  } finally {
    delete process.env.PIPE;
    rmSync(directory, { recursive: true });
  }
});

const withoutNames = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c"];

/** The only name server takes questions, and answers none. */
const nobodyAnswers = `ip link set lo up && printf "nameserver 127.0.0.1\\noptions timeout:30\\n" > "$0" && mount --bind "$0" /etc/resolv.conf && exec "$@"`;

const names = {
  isThere: spawnSync(withoutNames[0] ?? "", [...withoutNames.slice(1), "ip link set lo up"]).status === 0,
  missing: "a network of one's own (apt-get install iproute2; sysctl kernel.unprivileged_userns_clone=1)",
};

describeWhere(names, "where no name server answers", () => {
  test("a look-up that goes on holds up no end", async () => {
    const directory = mkdtempSync(join(tmpdir(), "gantry-names-"));
    const silent = `const socket = require("node:dgram").createSocket("udp4");
      socket.bind(53, "127.0.0.1", () => {
        const [file, ...words] = process.argv.slice(1);
        require("node:child_process").spawn(file, words, { stdio: "inherit" }).on("exit", (status) => process.exit(status));
      });`;
    const own = [process.execPath, "--disable-warning=ExperimentalWarning", fake, "no-names"];
    const [program = "", ...words] = withoutNames;
    const began = performance.now();
    try {
      const child = spawn(program, [
        ...[...words, nobodyAnswers, join(directory, "resolv.conf")],
        ...[process.execPath, "-e", silent, "--", ...own],
      ]);
      expect(await endOf(child)).toEqual({
        status: 2,
        out: "",
        err: "note: started\nerror[fake-failed]: it ends\n",
      });
      // The system would ask twice, and wait thirty seconds each time.
      expect(performance.now() - began).toBeLessThan(25_000);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test.each([
  ["bug", "Error: oops"],
  ["late", "Error: late oops"],
])("what is thrown (%s) is a bug, with its stack and what to do", async (command, message) => {
  const { status, out, err } = await ran(command);
  expect({ status, out }).toEqual({ status: 101, out: "" });
  expect(
    err.replaceAll(/^ {4}at .*\n/gm, "<stack>\n").replaceAll(/(?:<stack>\n)+/g, "<stack>\n"),
  ).toBe(`note: started
${message}
<stack>

error[bug]: ${message}
  = note: gantry 0.1.0, node ${process.version}, ${process.platform} ${process.arch}
  = note: this is a bug in Gantry and not in the project; the store is whole
  = help: please report it, with the lines above and the command line
`);
});

test("a command that waits for what never comes is a bug", async () => {
  expect(await ran("unsettled")).toMatchObject({
    status: 101,
    err: expect.stringContaining("error[bug]: Error: nothing is left to wait for\n"),
  });
});

test("whoever else ends the process does not end it with success", async () => {
  expect(await ran("ended")).toEqual({
    status: 2,
    out: "",
    err: `note: started
error[configuration-exit]: the configuration ended the process before the command was done
  = help: look for \`process.exit\` in \`gantry.config.ts\` and in what it imports
`,
  });
});

test("a command may become another program, whose output and status are then its own", async () => {
  expect(await ran("become")).toEqual({ status: 7, out: "hello\n", err: "note: started\n" });
  expect(await ran("killed")).toEqual({ status: 137, out: "", err: "note: started\n" });
  expect(await ran("nothing")).toEqual({
    status: 127,
    out: "",
    err: "note: started\nerror[exec]: could not run `no-such-program`\n\nCaused by:\n  there is no such program, or what its first line names is missing\n",
  });
});

test("all of a long output arrives", async () => {
  const { status, out } = await ran("long");
  expect({ status, length: out.length }).toEqual({ status: 0, length: 500_000 });
});
