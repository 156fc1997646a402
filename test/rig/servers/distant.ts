import { connect, createServer, type Socket } from "node:net";
import { listen } from "../listen.ts";

/** A server of this machine as if it were far away: each byte takes a while. */
export type Distant = AsyncDisposable & {
  readonly port: number;
  readonly connections: number;
  /** So far; bytes are those on the wire, requests those of HTTP/1, none of which are sent before the last is answered. */
  readonly counters: { readonly requests: number; readonly up: number; readonly down: number };
};

/**
 * @param milliseconds that a round trip takes besides
 * @param bytesPerSecond of each direction, which all connections share. Default: no limit
 */
export async function distant(
  port: number,
  milliseconds: number,
  bytesPerSecond = Number.POSITIVE_INFINITY,
): Promise<Distant> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const counters = { requests: 0, up: 0, down: 0 };
  const free = { up: 0, down: 0 };
  /** In how many milliseconds the last of those bytes arrives, behind all that are on the way. */
  const arrival = (way: "up" | "down", bytes: number): number => {
    const now = performance.now();
    free[way] = Math.max(free[way], now) + (1000 * bytes) / bytesPerSecond;
    return free[way] - now + milliseconds / 2;
  };
  const server = createServer({ noDelay: true }, (near) => {
    connections += 1;
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    for (const [way, from, to] of [
      ["up", near, far],
      ["down", far, near],
    ] as const) {
      sockets.add(from);
      const onTheWay: (() => void)[] = [];
      // Timers of different lengths do not end in the order of their ends to the millisecond: who is first in is first out.
      const afterwards = (bytes: number, arrive: () => void) => {
        onTheWay.push(arrive);
        setTimeout(() => onTheWay.shift()?.(), arrival(way, bytes));
      };
      from.on("data", (chunk) => {
        counters[way] += chunk.length;
        if (way === "up" && /^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(chunk.toString("latin1", 0, 2000)))
          counters.requests += 1;
        afterwards(chunk.length, () => to.writable && to.write(chunk));
      });
      from.on("end", () => afterwards(0, () => to.end()));
      from.on("error", () => to.destroy());
      from.on("close", () => sockets.delete(from));
    }
  });
  return {
    port: await listen(server),
    get connections() {
      return connections;
    },
    counters,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
