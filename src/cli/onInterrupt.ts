/**
 * The first Ctrl-C (or SIGTERM, or a terminal that closes) asks what runs to stop; the second ends the
 * process at once, with status 130. What a killed process leaves behind is the store's affair: it is always
 * whole.
 */
export function onInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, interrupt);
    },
  };
}
