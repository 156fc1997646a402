import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { keptDirectory } from "../debianRoot.ts";
import { listen } from "../listen.ts";

/** A server of others, in a process of its own with a directory of its own. Both go with it. */
export type Running = AsyncDisposable & {
  readonly directory: string;
  readonly ports: readonly number[];
  /** What it printed so far. */
  readonly log: () => string;
};

/**
 * Starts a server, and waits until it answers on all ports.
 *
 * @param count of ports that it listens on
 * @param words the program and its arguments, given its directory and ports
 */
export async function startServer(
  count: number,
  words: (directory: string, ports: readonly number[]) => readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), "gantry-server-"));
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  const [program = "", ...args] = words(directory, ports);
  let log = "";
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], cwd: directory, env });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  const [running, exited] = [{ directory, ports, log: () => log }, ended(child)];
  const stop = async () => {
    child.kill();
    if (!(await Promise.race([exited, wait(3000, "late", { ref: false })]).then((how) => how !== "late")))
      child.kill("SIGKILL");
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  for (const port of ports) {
    for (const until = Date.now() + 15_000; !(await isListening(port)); await wait(20)) {
      if (Date.now() < until && child.exitCode === null) continue;
      await stop();
      throw new Error(`\`${program}\` does not listen on port ${port}: ${log}`);
    }
  }
  return { ...running, [Symbol.asyncDispose]: stop };
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const tell = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => tell(true)).once("error", () => tell(false));
  });
}

/**
 * A server in Go, compiled from its module the first time on a machine, which takes a minute or two.
 *
 * @param main the module's directory that has the program
 */
export function goProgram(module: string, version: string, main = "."): string {
  const program = join(
    keptDirectory(),
    "servers",
    `${module.split("/").find((part) => /^(bazel-remote|versitygw)$/.test(part))}-${version}`,
  );
  if (existsSync(program)) return program;
  const env = { ...process.env, GOFLAGS: "-modcacherw -mod=mod" };
  const work = mkdtempSync(join(tmpdir(), "gantry-go-"));
  try {
    execFileSync("go", ["mod", "init", "servers"], { cwd: work, env, stdio: "ignore" });
    const downloaded: { Dir: string } = JSON.parse(
      execFileSync("go", ["mod", "download", "-json", `${module}@v${version}`], {
        cwd: work,
        env,
        encoding: "utf8",
      }),
    );
    // `go install` refuses modules with replacements.
    execFileSync("go", ["build", "-o", join(work, "program"), main], {
      cwd: downloaded.Dir,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    mkdirSync(join(keptDirectory(), "servers"), { recursive: true });
    execFileSync("cp", [join(work, "program"), `${program}.${process.pid}`]);
    renameSync(`${program}.${process.pid}`, program);
    return program;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
