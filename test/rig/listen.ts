import type { Server } from "node:net";

/** Has a server listen at a port that is free, and says which. Default: 127.0.0.1 alone. */
export async function listen(server: Server, address = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the server listens at no port");
  return bound.port;
}
