import { fileServer } from "../../rig/servers/files.ts";
import { contract } from "./contract.ts";

contract("a server that keeps files", async () => {
  const server = await fileServer();
  return {
    url: `${server.url}/some/base`,
    keepsFirst: true,
    refuses: [],
    plant: (kind, name, bytes) => server.files.set(`/some/base/${kind}/${name}`, bytes) !== undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
  };
});
