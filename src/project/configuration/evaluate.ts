import { diagnostic } from "../../base/diagnostic.ts";
import { endingSignals } from "../../base/processes.ts";
import { refusal, refuse } from "../../crane/arguments/refuse.ts";

/**
 * What the code of a configuration gives. It may end without saying so, which rejects here, too: it throws in a timer or
 * in a promise that nobody awaits, it waits for what never comes, or it ends the process. Nothing else runs meanwhile, so
 * whatever is thrown is its own.
 *
 * Meanwhile a signal ends the process at once, for nobody could be told of it while a loop goes on without end.
 *
 * Errors: what the code throws; a Refused `configuration-unsettled` or `configuration-exit`.
 *
 * @param file the configuration, as shown to people
 * @param signal ends the waiting
 */
export async function evaluated<T>(
  code: () => Promise<T>,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const place = { file, line: 1, column: 1 };
  const { exit } = process;
  // Comes when nothing is left that could settle a promise.
  const onNothingLeft = (): void => reject(refusal(unsettled(place)));
  const onAbort = (): void => reject(signal.reason);
  const listenAgain = leaveSignalsToSystem();
  process.once("beforeExit", onNothingLeft);
  signal.addEventListener("abort", onAbort);
  process.setUncaughtExceptionCaptureCallback(reject);
  Object.assign(process, { exit: () => refuse(exits(place)) });
  try {
    return await Promise.race([code(), ended]);
  } finally {
    listenAgain();
    Object.assign(process, { exit });
    process.setUncaughtExceptionCaptureCallback(null);
    signal.removeEventListener("abort", onAbort);
    process.off("beforeExit", onNothingLeft);
  }
}

/** Takes off what listens for signals that end a process, and puts it back when it is told to. */
function leaveSignalsToSystem(): () => void {
  const taken = endingSignals.map((name) => [name, process.rawListeners(name)] as const);
  for (const [name] of taken) process.removeAllListeners(name);
  return () => {
    for (const [name, listeners] of taken) {
      for (const listener of listeners) process.on(name, listener as NodeJS.SignalsListener);
    }
  };
}

type Start = { readonly file: string; readonly line: number; readonly column: number };

function unsettled(place: Start) {
  return diagnostic("configuration-unsettled", "the configuration waits for a promise that never settles", {
    place,
    help: ["look for an `await` of what nobody resolves or rejects"],
    status: 2,
  });
}

function exits(place: Start) {
  return diagnostic("configuration-exit", "the configuration ends the process", {
    place,
    help: ["throw an error instead of calling `process.exit`, and return what the project offers"],
    status: 2,
  });
}
