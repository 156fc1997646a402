import { type Diagnostic, diagnostic } from "../../../base/diagnostic.ts";
import { formatCount } from "../../../base/format.ts";
import { err, ok } from "../../../base/result.ts";
import type { Derivation } from "../../../derivation/model.ts";
import type { UploadEnd } from "../../../engine/shared/upload.ts";
import type { Session } from "../../build/session.ts";
import type { Command, GlobalOptions } from "../../command.ts";

type PushOptions = {
  readonly names: readonly string[];
  readonly baseSystem: boolean;
  readonly verify: boolean;
};

/** `gantry cache push`: sends what was built here of a project, before there was a cache or while it was away. */
export const cachePush: Command<PushOptions> = {
  doing: "sending to the shared cache",
  interrupted: "what was sent is there, and the same command sends the rest",
  details:
    "Sends the results of the project's packages and checks, as far as the store has them, the units that they were " +
    "built from, crates, checkouts and toolchains, and the results of tests. Nothing is built. What others made is not sent " +
    "again. A build in CI does this by itself.",
  operands: [{ name: "NAME", summary: "packages and checks to send [default: all]", repeat: true }],
  options: [
    {
      name: "verify",
      summary: "read what the cache has of it, and send again what is altered or lost",
    },
    {
      name: "base-system",
      summary: "also send this machine's C compiler and libc, and pin them in gantry.lock",
    },
  ],
  examples: [
    ["gantry cache push", "all that was built of this project"],
    ["gantry cache push default", "one package, with what it is built on"],
    ["gantry cache push --verify", "after the server's disk was full, or failed"],
    ["gantry cache push --base-system", "have all machines build with the C compiler and libc of this one"],
  ],
  read: (args) => ({
    names: args.operands,
    baseSystem: args.count("base-system") > 0,
    verify: args.count("verify") > 0,
  }),
  async run(options, emit) {
    const { withSession } = await import("../../build/session.ts");
    const { lookAtTests, lookAtUnits, requiredCache, wantedSteps } = await import("./recorded.ts");
    const { sharedLevel } = await import("../../../cache/statement/statement.ts");
    const { isShared } = await import("../../../store/kinds/sharing.ts");
    const { sendAll } = await import("../../../engine/shared/send.ts");
    return withSession({ ...options, isBuild: true, isPush: true }, emit, async (session) => {
      const cache = requiredCache(session.sharing);
      if (!cache.ok) return cache;
      const { url, settings } = cache.value;
      const { level } = session;
      if (level !== sharedLevel) return err(notShared(level, options));
      if ("reads" in settings.write)
        return err(
          diagnostic("cache-read-only", "this machine does not write to the shared cache", {
            notes: [settings.write.reads],
            help: settings.write.help ?? ["see what it would need: gantry cache status"],
          }),
        );
      const { lookAtPinned, ownBaseSystem, pinOwn } = await import("./baseSystem.ts");
      const steps = wantedSteps(session, options.names);
      if (!steps.ok) return steps;
      const base = options.baseSystem ? await ownBaseSystem(session) : ok(undefined);
      if (!base.ok) return base;
      const built: boolean[] = [];
      for (const step of steps.value) built.push(await session.isBuilt(step));
      const there = steps.value.filter((_, at) => built[at]);
      const shares = await sharesOf(session, await lookAtUnits(session, there));
      for (const step of there) lookAtTests(session, step);
      if (!base.value) lookAtPinned(session);
      const items = session.ownRecords().flatMap(({ kind, ...item }) => {
        if (!isShared(kind)) return [];
        const isUseless = cache.value.shared?.isUseless({ kind, key: item.key });
        return [{ ...item, kind, isUseless, took: shares.get(`${kind} ${item.key}`) ?? tookOf(item.value) }];
      });
      const lines = async function* () {
        for (const item of items) yield JSON.stringify(item);
      };
      const { key } = settings.write;
      const { access, trusted } = settings;
      const order = { url, access, trusted: trusted.map(({ text }) => text), secret: key.secret };
      const { store } = session;
      const sent = await sendAll({ ...order, store: store.root, level }, lines(), {
        ...{ store, signal: options.signal, env: process.env, emit, verify: options.verify },
      });
      if (!sent.ok) return sent;
      const count = (end: UploadEnd) => sent.value.get(end) ?? 0;
      const missing = steps.value.filter((_, at) => !built[at]).map(session.nameOf);
      if (missing.length > 0) emit({ type: "note", text: `not built, and not sent: ${missing.join(", ")}` });
      const lost =
        items.length -
        [...sent.value.values()].reduce((sum, each) => sum + each, 0) +
        count("failed") +
        count("damaged");
      const again = count("again") === 0 ? "" : `, and ${count("again")} again that were altered or lost`;
      const text = `sent ${formatCount(count("sent"), "record")}${again}; ${count("there")} were there`;
      emit({ type: "note", text });
      if (lost > 0)
        return err(diagnostic("cache-not-sent", `${formatCount(lost, "record")} could not be sent`));
      const pinned = base.value ? pinOwn(session, base.value, emit) : ok();
      return pinned.ok ? ok({}) : pinned;
    });
  },
};

/** Where less is isolated: nobody would take what it signs. */
function notShared(level: Session["level"], { sandbox }: Pick<GlobalOptions, "sandbox">): Diagnostic {
  return diagnostic("cache-not-sent", `nothing is sent at the level \`${level}\``, {
    notes: [
      "only what was made at the level `full` is shared: at the others a build can see what nobody declared, and nobody fetches what it made",
    ],
    help: [
      sandbox === level
        ? `leave out \`--sandbox ${sandbox}\`, to build and to send`
        : "see why it is not `full` here: gantry doctor",
    ],
  });
}

/** Units share the time of the step that has them, as where a build sends them. In milliseconds, by kind and key. */
async function sharesOf(
  { find }: Pick<Session, "find">,
  units: ReadonlyMap<string, Derivation>,
): Promise<ReadonlyMap<string, number>> {
  const shares = new Map<string, number>();
  for (const [step, own] of Map.groupBy(units, ([, of]) => of)) {
    const found = await find(step);
    const took = found.ok ? tookOf(found.value.result) : 0;
    for (const [key] of own) shares.set(`unit ${key}`, Math.round(took / own.length));
  }
  return shares;
}

/** In milliseconds. */
function tookOf(value: unknown): number {
  const seconds = typeof value === "object" && value !== null && "seconds" in value ? value.seconds : 0;
  return typeof seconds === "number" ? Math.round(1000 * seconds) : 0;
}
