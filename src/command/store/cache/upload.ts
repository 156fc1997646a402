import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { ok } from "../../../base/result.ts";
import { sharedLevel } from "../../../cache/statement/statement.ts";
import type { Command } from "../../command.ts";

/** `gantry cache upload`: what a build starts to send what it recorded. Not for people. */
export const cacheUpload: Command = {
  doing: "sending to the shared cache",
  details: "A build starts it, and tells it on standard input what to send and where.",
  examples: [["gantry cache push", "what people use instead"]],
  read: () => ({}),
  async run({ signal, input }, emit) {
    if (!input) return ok({});
    const { openStore } = await import("../../../store/openStore.ts");
    const { sendAll } = await import("../../../engine/shared/send.ts");
    // It shares the machine with the build.
    setPriority(19);
    const reading = createInterface({ input: input() })[Symbol.asyncIterator]();
    const first = await reading.next();
    const order = v.safeParse(uploadOrder, first.done ? undefined : JSON.parse(first.value));
    if (!order.success) return ok({});
    const opened = openStore(order.output.store);
    if (!opened.ok) return opened;
    using store = opened.value;
    const lines = { [Symbol.asyncIterator]: () => reading };
    const sent = await sendAll(order.output, lines, { store, signal, env: process.env, emit });
    return sent.ok ? ok({}) : sent;
  },
};

const text = v.string();
const uploadOrder = v.object({
  url: text,
  access: v.object({
    headers: v.exactOptional(v.record(text, text)),
    credentialHelper: v.exactOptional(text),
    tls: v.exactOptional(
      v.object({ ca: v.exactOptional(text), cert: v.exactOptional(text), key: v.exactOptional(text) }),
    ),
  }),
  trusted: v.array(text),
  secret: text,
  store: text,
  level: v.literal(sharedLevel),
});
