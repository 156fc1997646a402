import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isFile } from "../../../src/tree/files.ts";
import { type Running, startServer } from "./process.ts";

export const nginx = ["/usr/sbin/nginx", "/usr/bin/nginx"].find(isFile);

/** Debian's nginx with WebDAV, which keeps files below `files/` of its directory. */
export function startNginx(): Promise<Running> {
  return startServer(1, (directory, [port]) => {
    mkdirSync(join(directory, "files"));
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (kind) => `  ${kind}_temp_path ${directory}/${kind};`,
    );
    writeFileSync(
      join(directory, "nginx.conf"),
      `daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
${process.getuid?.() === 0 ? "user root;" : ""}
events {}
http {
  access_log off;
${temporary.join("\n")}
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    root ${directory}/files;
    location / {
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
`,
    );
    return [nginx ?? "nginx", "-e", "stderr", "-c", join(directory, "nginx.conf")];
  });
}
