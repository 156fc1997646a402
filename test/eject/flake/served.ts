import { descriptions } from "./descriptions.ts";

/** A project with two services: one as most are, one of all that can be said. */
export const served: Readonly<Record<string, string>> = {
  ...descriptions.minimal,
  "src/bin/names.rs": "fn main() {}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const hello = crane.buildPackage({ src: crane.cleanCargoSource(".") });
  return {
    packages: { default: hello },
    services: {
      hello: crane.service({
        package: hello,
        description: "Says hello, 100% of the time",
        port: 8080,
        settings: { log: { level: "info", colour: false }, workers: 4, url: "http://localhost:{port}/", hosts: ["a", "b"], listen: { port: "{port}" } },
        args: ["--config", "{settings}", "--listen", "[::]:{port}", "--greeting", 'it\\'s "you" for $5'],
        environment: { RUST_LOG: "info", BASE_URL: "http://localhost:{port}/%d", DATA: "a b" },
        stateDirectory: "hello",
        healthCheck: { path: "/health?full=1&all" },
      }),
      names: crane.service({
        package: hello,
        program: "names",
        port: "53/udp",
        otherPorts: [9090],
        environment: { PORT: "{port}" },
        environmentFile: "/run/keys/names",
        user: "www-data",
        group: "www",
        healthCheck: { command: ["names", "--ask", "it's there"] },
        hardening: { MemoryDenyWriteExecute: false, RestrictAddressFamilies: "AF_INET AF_INET6 AF_NETLINK", UMask: "0027" },
      }),
    },
  };
});
`,
};
