import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { rootCause } from "../../../base/systemError.ts";
import { failure } from "./failure.ts";

export type TlsFiles = {
  /** Who may have signed the server's certificate. Default: whom Node trusts, and `NODE_EXTRA_CA_CERTS`. */
  readonly ca?: string;
  /** The client's certificate, and its key. */
  readonly cert?: string;
  readonly key?: string;
};

/**
 * What all connections to a server use, made once: to read a system's certificates takes longer than to connect. Undefined: what
 * Node uses.
 *
 * @throws `Failed` where a file cannot be read, or is not what it should be
 */
export function secureContext(files: TlsFiles, name: string): SecureContext | undefined {
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
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  } catch (thrown) {
    throw failure("cache-refused", name, rootCause(thrown), "check the files that `cache.tls` names");
  }
}
