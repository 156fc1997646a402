import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { rootCause } from "../../../base/rootCause.ts";
import { failure } from "./failure.ts";

export type TlsFiles = {
  /** Who may have signed the server's certificate. Default: whom Node and the system trust. */
  readonly ca?: string;
  /** The client's certificate, and its key. */
  readonly cert?: string;
  readonly key?: string;
};

export type TlsMaterial = {
  readonly ca: string | readonly string[];
  readonly cert?: string;
  readonly key?: string;
};

/** The files' contents. @throws `Failed` where one cannot be read */
export function tlsMaterial(files: TlsFiles, name: string): TlsMaterial {
  const read = (what: keyof TlsFiles): string | undefined => {
    const file = files[what];
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, "utf8");
    } catch (thrown) {
      throw failure("cache-refused", name, rootCause(thrown), `check \`cache.tls.${what}\``);
    }
  };
  const [ca, cert, key] = [read("ca"), read("cert"), read("key")];
  return {
    // Companies add their own to the system's, which Node does not look into by itself.
    ca: ca ?? [...getCACertificates("default"), ...getCACertificates("system")],
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
