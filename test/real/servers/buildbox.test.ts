import { contract } from "../../cache/backend/contract.ts";
import { startBuildbox } from "../../rig/servers/buildbox.ts";

contract("buildbox-casd", async () => {
  const running = await startBuildbox();
  return {
    url: `grpc://127.0.0.1:${running.ports[0]}`,
    // It is asked by gRPC only, by which nothing else can be said.
    refuses: ["ac", "cas"],
    plant: () => false,
    keepsFirst: false,
    [Symbol.asyncDispose]: () => Promise.resolve(running[Symbol.asyncDispose]()),
  };
});
