import { closeSync, openSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AskedTest,
  type EndedTest,
  type Message,
  message,
  messageReader,
  parseAsked,
  parseEnded,
} from "./protocol.ts";

/** Where runners are listened to. */
type RunnerSocket = AsyncDisposable & {
  /** Resolves when nobody is connected any more: all that was sent has been received. */
  readonly quiet: () => Promise<void>;
};

/** What a runner is answered, and who wants to know how its program ended, if anybody does. */
export type Answer = { readonly bytes: Buffer; readonly ended?: (ended: EndedTest) => void };

/** Run as a task, so that it is known what others may meet of it, and think no more of it. */
export const runUnkept: Answer = { bytes: message("r", "gantry-test") };

/**
 * Listens at `ask` in a directory of the host. Anybody in the sandbox may connect: what is said there is a claim.
 *
 * @throws what the system throws where no socket can be made
 */
export async function listenToRunners(
  directory: string,
  answer: (asked: AskedTest) => Promise<Answer>,
): Promise<RunnerSocket> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    let told: Answer["ended"];
    const use = async ({ letter, text }: Message): Promise<void> => {
      if (letter === "e") {
        told?.(parseEnded(text));
        return;
      }
      const asked = letter === "a" ? parseAsked(text) : undefined;
      const { bytes, ended } = asked ? await answer(asked) : runUnkept;
      told = ended;
      socket.write(bytes);
    };
    socket.on(
      "data",
      // Of one test nothing more is said until it is answered.
      messageReader(
        (told) => void use(told),
        () => socket.destroy(),
      ),
    );
    // Of who went away before it heard an answer nothing is known.
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  });
  // The name of a socket has 107 bytes at most, and the store may lie deeper.
  const at = openSync(directory, "r");
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(`/proc/self/fd/${at}/ask`, resolve);
    });
  } catch (thrown) {
    closeSync(at);
    throw thrown;
  }
  return {
    async quiet() {
      for (let turn = 0; open.size > 0 && turn < 200; turn += 1) await sleep(10);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      closeSync(at);
    },
  };
}
