import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { formatBytes } from "../../base/format.ts";
import { err, ok } from "../../base/result.ts";
import type { Command } from "../command.ts";
import type { Packing } from "./packedRequests.ts";

type PackOptions = {
  /** The archive. Absolute. */
  readonly output: string | undefined;
  readonly wanted: Packing;
};

/** `gantry store pack`: one archive of what a project's builds need of a toolchain, for the cache of a CI. */
export const storePack: Command<PackOptions> = {
  doing: "packing",
  details:
    "Without --toolchain it is the project's, with the components and targets that its steps and dev shells ask for. With --component or " +
    "--target it is these alone, beside rustc, Cargo and the host's standard library. What the store does not have is " +
    "downloaded. `gantry store unpack` takes the archive back; unpacked in ~/.rustup/toolchains it is a toolchain of rustup's.",
  options: [
    {
      name: "toolchain",
      value: "CHANNEL",
      summary: "`1.95.0`, `nightly-2026-09-15` [default: the project's]",
    },
    {
      name: "component",
      short: "c",
      value: "NAME",
      summary: "with this component; several: more than once, or commas",
      repeat: true,
    },
    {
      name: "target",
      short: "t",
      value: "TRIPLE",
      summary: "with this platform's standard library",
      repeat: true,
    },
    {
      name: "output",
      short: "o",
      value: "PATH",
      summary: "the archive: `FILE.tar.zst`, `FILE.tar.xz` or `FILE.tar`",
      check: (value) =>
        /[^/]\.tar(\.zst|\.xz)?$/.test(value) ? undefined : "not a name like `FILE.tar.zst`",
    },
  ],
  examples: [
    ["gantry store pack --output ~/toolchain.tar.zst", "what this project needs, for a cache"],
    [
      "gantry store pack --toolchain 1.95.0 -c clippy,rustfmt -o rust.tar.xz",
      "of a release, with just these",
    ],
  ],
  read(args) {
    const output = args.value("output");
    const channel = args.value("toolchain");
    const listed = (name: string) =>
      args.values(name).flatMap((value) => value.split(",").filter((each) => each !== ""));
    return {
      output: output === undefined ? undefined : resolve(args.cwd, output),
      wanted: {
        ...(channel !== undefined && { channel }),
        components: listed("component"),
        targets: listed("target"),
      },
    };
  },
  async run(options, emit) {
    const { output, wanted } = options;
    if (output === undefined) return err(noOutput());
    const problem = obstacleAt(output);
    if (problem) return err(problem);
    const { packedRequests } = await import("./packedRequests.ts");
    return packedRequests(wanted, options, emit, async (requests, place) => {
      const { composeToolchain } = await import("../../fetch/toolchain/composeToolchain.ts");
      const { packToolchains } = await import("../../fetch/toolchain/pack/packToolchain.ts");
      const { store, env } = place;
      const { offline, frozen, signal } = options;
      const toolchains = [];
      for (const { request, absent } of requests) {
        const composed = await composeToolchain(request, absent, {
          ...{ store, env, offline, frozen, signal, isExact: true },
          onProgress: (what, name, done, total) => emit({ type: "progress", what, name, done, total }),
          note: (text) => emit({ type: "note", text }),
        });
        if (!composed.ok) return composed;
        toolchains.push({ channel: absent.channel.name, ...composed.value });
      }
      const packed = await packToolchains(toolchains, {
        ...{ store, to: output, signal },
        onProgress: (done, total) => emit({ type: "progress", what: "pack", name: "toolchain", done, total }),
      });
      if (!packed.ok) return packed;
      const size = formatBytes(statSync(output).size);
      for (const { channel, components, bytes } of packed.value)
        emit({
          type: "note",
          text: `packed \`${channel}\`, ${formatBytes(bytes)}: ${components.join(", ")}`,
        });
      return ok({ stdout: output, finished: `packing ${size}` });
    });
  },
};

function noOutput() {
  return diagnostic("usage", "`--output` is missing: where the archive shall lie", {
    help: ["gantry store pack --output ~/toolchain.tar.zst"],
    status: 2,
  });
}

function obstacleAt(output: string) {
  if (existsSync(output))
    return diagnostic("output-exists", `\`${output}\` is there already`, {
      help: [`remove it, or choose another name: rm ${output}`],
    });
  const directory = dirname(output);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return diagnostic("output-directory-missing", `there is no directory \`${directory}\``, {
    help: [`mkdir -p ${directory}`],
  });
}
