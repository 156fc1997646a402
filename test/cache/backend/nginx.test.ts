import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeWhere } from "../../rig/describeWhere.ts";
import { nginx, startNginx } from "../../rig/servers/nginx.ts";
import { contract } from "./contract.ts";

describeWhere(
  { isThere: nginx !== undefined, missing: "nginx (apt-get install nginx-light)" },
  "a cache on nginx",
  () => {
    contract("nginx with WebDAV", async () => {
      const server = await startNginx();
      return {
        url: `http://127.0.0.1:${server.ports[0]}`,
        refuses: [],
        keepsFirst: false,
        plant(kind, name, bytes) {
          const file = join(server.directory, "files", kind, name);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, bytes);
          return true;
        },
        [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
      };
    });
  },
);
