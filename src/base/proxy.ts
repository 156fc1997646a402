import { BlockList, isIP } from "node:net";
import { err, ok, type Result } from "./result.ts";

/** A proxy, and the variable that names it. */
export type NamedProxy = { readonly variable: string; readonly url: string };

/**
 * The proxy that the variables of curl, and with it of Cargo and rustup, name for an address; undefined: none. A proxy without a
 * scheme is one with `http`. Node's own reading of these variables passes over what it does not know, and asks the server
 * directly.
 *
 * Errors: one line, without passwords, why the proxy cannot be used.
 *
 * @example
 * proxyFor("https://static.rust-lang.org/", { https_proxy: "proxy.example.org:3128" })
 * // ok({ variable: "https_proxy", url: "http://proxy.example.org:3128/" })
 */
export function proxyFor(address: string, env: NodeJS.ProcessEnv): Result<NamedProxy | undefined, string> {
  const { protocol, hostname, port } = new URL(address);
  const scheme = protocol.slice(0, -1);
  // One for all comes last, and small letters come first. An empty one is none.
  const names = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, "all_proxy", "ALL_PROXY"];
  const variable = names.find((name) => env[name] !== undefined);
  const value = (variable && env[variable]?.trim()) || undefined;
  if (variable === undefined || value === undefined) return ok(undefined);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isDirect(host, port || (scheme === "http" ? "80" : "443"), env.no_proxy ?? env.NO_PROXY ?? ""))
    return ok(undefined);
  const url = value.includes("://") ? value : `http://${value}`;
  const shown = withoutUser(value);
  if (!URL.canParse(url)) return err(`\`${variable}\` is \`${shown}\`, which is no address of a proxy`);
  if (!/^https?:\/\//i.test(url))
    return err(`\`${variable}\` is \`${shown}\`: only proxies with http or https can be used`);
  return ok({ variable, url: new URL(url).href });
}

/** A proxy as it may be shown. Whatever stands before the last `@` may be a password, also one with `/` or `@` in it. */
export function withoutUser(url: string): string {
  return url.replace(/^(\w+:\/\/)?.*@/s, (_, scheme: string = "") => `${scheme}***@`);
}

/** Whether `no_proxy` names a host: itself, a domain that it is in, with or without a port, or a network in CIDR notation. */
function isDirect(host: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const [, named = "", at = port] =
        /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? [];
      const domain = named.replace(/^\*?\.|\.$/g, "");
      if (domain === "" || at !== port) return false;
      return host === domain || host.endsWith(`.${domain}`) || isWithin(host, domain);
    });
}

function isWithin(host: string, network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const kind = (ip: string) => (isIP(ip) === 6 ? "ipv6" : "ipv4");
  if (
    !isIP(host) ||
    !isIP(address) ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (isIP(address) === 6 ? 128 : 32)
  )
    return false;
  const networks = new BlockList();
  networks.addSubnet(address, Number(bits), kind(address));
  return networks.check(host, kind(host));
}
