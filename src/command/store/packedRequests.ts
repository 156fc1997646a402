import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type Channel, parseChannel } from "../../cargo/config/channel.ts";
import { type Project as Offered, offeredOutputs } from "../../crane/project.ts";
import type { Input, ToolchainRequest } from "../../derivation/model.ts";
import { inputsOf, walkSteps } from "../../derivation/steps.ts";
import type { Emit } from "../../engine/event.ts";
import { gantryLockOf, readGantryLock } from "../../fetch/gantryLock.ts";
import { findToolchain, hostTriple, wantedToolchain } from "../../fetch/toolchain/findToolchain.ts";
import { componentsOf, releaseFile } from "../../fetch/toolchain/installedToolchain.ts";
import type { Absent } from "../../fetch/toolchain/placeToolchain.ts";
import { findProject } from "../../project/findProject.ts";
import { withSources } from "../../shell/environment.ts";
import type { Store } from "../../store/store.ts";
import type { GlobalOptions } from "../command.ts";
import { withProject } from "../open/project.ts";
import { withStore } from "../open/withStore.ts";

/** What a command line asks to be packed. */
export type Packing = {
  /** Absent: the project's. */
  readonly channel?: string;
  /** Both empty: those of the project, where no channel is named. */
  readonly components: readonly string[];
  readonly targets: readonly string[];
};

type Place = { readonly store: Store; readonly env: NodeJS.ProcessEnv };
type Wanted = { readonly request: ToolchainRequest; readonly absent: Absent };

/**
 * Works with the toolchains that shall be packed: that of a command line, or one for each channel that the steps and shells of
 * the project ask for, with all that any of them wants of it.
 *
 * Errors: those of `withProject` and `wantedToolchain`; `toolchain-unnamed` for one that no release has the name of.
 */
export async function packedRequests<T>(
  { channel, components, targets }: Packing,
  options: GlobalOptions,
  emit: Emit,
  work: (wanted: readonly Wanted[], place: Place) => Promise<Result<T>>,
): Promise<Result<T>> {
  const isNamed = channel !== undefined || components.length > 0 || targets.length > 0;
  if (channel !== undefined) {
    const request: ToolchainRequest = { channel, components, targets, profile: "minimal" };
    const project = findProject(options.cwd);
    const lockFile = project.ok ? gantryLockOf(project.value) : "";
    const wanted = absentOf(request, process.env, lockFile);
    if (!wanted.ok) return wanted;
    return withStore(options, emit, (store) => work([wanted.value], { store, env: process.env }));
  }
  return withProject(options, emit, async ({ inputs, offered }) => {
    const { project, env, store } = inputs;
    const asked = [...requestsOfSteps(offered), ...requestsOfShells(offered)];
    const requests = new Map<string, ToolchainRequest>();
    for (const each of asked) {
      const found = wantedToolchain(each, project, env);
      if (!found.ok) return found;
      const of = found.value.channel ?? "";
      const before = requests.get(of);
      requests.set(of, {
        ...found.value,
        components: [...new Set([...(before?.components ?? []), ...componentsOf(found.value)])].sort(),
        targets: [...new Set([...(before?.targets ?? []), ...found.value.targets])].sort(),
      });
    }
    const wanted: Wanted[] = [];
    for (const each of requests.values()) {
      const request = isNamed ? { ...each, components, targets, profile: "minimal" as const } : each;
      const absent = absentOf(request, env, gantryLockOf(project));
      if (!absent.ok) return absent;
      wanted.push(absent.value);
    }
    return work(wanted, { store, env });
  });
}

function requestsOfSteps(offered: Offered): readonly ToolchainRequest[] {
  return walkSteps(Object.values(offeredOutputs(offered)))
    .flatMap(inputsOf)
    .flatMap(requestsOf);
}

/** Of the shells that the project describes; the one that every project has asks for no more than its steps do. */
function requestsOfShells({ devShells = {} }: Offered): readonly ToolchainRequest[] {
  return Object.values(devShells).flatMap(({ toolchain, packages, hooks }) => [
    withSources(toolchain),
    ...[...packages, ...(hooks?.hooks ?? []).flatMap((hook) => hook.packages)].flatMap(requestsOf),
  ]);
}

/** A tool may be compiled by another toolchain than the project. */
function requestsOf(input: Input): readonly ToolchainRequest[] {
  if (input.type === "toolchain") return [input.request];
  return input.type === "tool" && input.toolchain ? [input.toolchain] : [];
}

/** The release of a toolchain: what is pinned; else the one that rustup has of that name; else what the server says. */
function absentOf(request: ToolchainRequest, env: NodeJS.ProcessEnv, lockFile: string): Result<Wanted> {
  const installed = findToolchain(request, env);
  const name = request.channel ?? (installed.ok ? basename(installed.value) : undefined);
  const channel = name === undefined ? undefined : parseChannel(name, hostTriple());
  if (!channel) return installed.ok ? err(unnamed(installed.value)) : installed;
  const pins = readGantryLock(lockFile);
  if (!pins.ok) return pins;
  const directory = installed.ok ? installed.value : undefined;
  const pin = pins.value.toolchain.get(channel.name);
  const of = pin || directory === undefined ? channel : ofDay(channel, directory);
  return ok({ request, absent: { channel: of, pin, missing: undefined, installed: directory } });
}

/** The channel at the day of the release that rustup has. */
function ofDay(channel: Channel, directory: string): Channel {
  const file = releaseFile(directory);
  if (channel.isFixed || !existsSync(file)) return channel;
  const date = /^date = "(\d{4}-\d{2}-\d{2})"$/m.exec(readFileSync(file, "utf8"))?.[1];
  return date === undefined ? channel : { ...channel, date };
}

function unnamed(directory: string) {
  return diagnostic(
    "toolchain-unnamed",
    `the toolchain in \`${directory}\` is no release of Rust, and only its owner can pack it`,
    {
      help: [
        "name a channel: --toolchain 1.95.0",
        `or pack its directory: tar --zstd -cf FILE.tar.zst -C ${directory} .`,
      ],
    },
  );
}
