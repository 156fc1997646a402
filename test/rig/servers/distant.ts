import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A server of this machine as if it were far away: each byte takes a while, and there is no other limit. */
export type Distant = AsyncDisposable & { readonly port: number; readonly connections: number };

/** @param milliseconds that a round trip takes besides */
export async function distant(port: number, milliseconds: number): Promise<Distant> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (near) => {
    connections += 1;
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      const later = (run: () => void) => setTimeout(run, milliseconds / 2);
      from.on("data", (chunk) => later(() => to.writable && to.write(chunk)));
      from.on("end", () => later(() => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
