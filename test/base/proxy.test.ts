import { expect, test } from "vitest";
import { proxyFor } from "../../src/base/proxy.ts";

const server = "https://static.rust-lang.org/dist/file";

test.each<[NodeJS.ProcessEnv, string, string]>([
  [{ https_proxy: "http://127.0.0.1:1" }, "https_proxy", "http://127.0.0.1:1/"],
  [{ https_proxy: "127.0.0.1:1" }, "https_proxy", "http://127.0.0.1:1/"],
  [{ https_proxy: "localhost:1" }, "https_proxy", "http://localhost:1/"],
  [{ HTTPS_PROXY: "proxy" }, "HTTPS_PROXY", "http://proxy/"],
  [{ https_proxy: "me:word@proxy:3128" }, "https_proxy", "http://me:word@proxy:3128/"],
  [{ all_proxy: "HTTPS://proxy:3128", http_proxy: "other" }, "all_proxy", "https://proxy:3128/"],
  [{ ALL_PROXY: "one", HTTPS_PROXY: "two", https_proxy: "three" }, "https_proxy", "http://three/"],
])("%j names %s: %s", (env, variable, url) => {
  expect(proxyFor(server, env)).toEqual({ ok: true, value: { variable, url } });
});

test.each<[NodeJS.ProcessEnv, string]>([
  [
    { https_proxy: "socks5://127.0.0.1:1" },
    "`https_proxy` is `socks5://127.0.0.1:1`: only proxies with http or https can be used",
  ],
  [
    { all_proxy: "socks5h://a:b@h:1" },
    "`all_proxy` is `socks5h://***@h:1`: only proxies with http or https can be used",
  ],
  [{ https_proxy: "notaurl::" }, "`https_proxy` is `notaurl::`, which is no address of a proxy"],
  [{ HTTPS_PROXY: "me:p/w@d@host:port" }, "`HTTPS_PROXY` is `***@host:port`, which is no address of a proxy"],
])("%j cannot be used", (env, error) => {
  expect(proxyFor(server, env)).toEqual({ ok: false, error });
});

test.each<[string, string]>([
  ["*", server],
  ["other, static.rust-lang.org", server],
  ["rust-lang.org", server],
  [".rust-lang.org", server],
  ["*.Rust-Lang.org", server],
  ["static.rust-lang.org:443", server],
  ["127.0.0.1", "http://127.0.0.1:8080/"],
  ["10.0.0.0/8", "http://10.1.2.3/"],
  ["::1", "http://[::1]:8080/"],
  ["[::1]:8080", "http://[::1]:8080/"],
  ["fd00::/8", "http://[fd12::1]/"],
])("`no_proxy=%s` means %s, whatever the proxy is", (list, url) => {
  expect(proxyFor(url, { all_proxy: "socks5://proxy", NO_PROXY: list })).toEqual({
    ok: true,
    value: undefined,
  });
});

test.each<[string, string]>([
  ["", server],
  ["lang.org, example.org, static", server],
  ["static.rust-lang.org:80", server],
  ["10.0.0.0/8, 10.0.0.0/99, x/8", "http://11.1.2.3/"],
  ["fd00::/8", "http://10.1.2.3/"],
])("`no_proxy=%s` does not mean %s", (list, url) => {
  expect(proxyFor(url, { all_proxy: "proxy", no_proxy: list })).toMatchObject({
    value: { variable: "all_proxy" },
  });
});

test("an empty variable is no proxy, and none is none", () => {
  for (const env of [{}, { https_proxy: "", all_proxy: "proxy" }, { http_proxy: "proxy" }])
    expect(proxyFor(server, env)).toEqual({ ok: true, value: undefined });
});
