/** What a test that really downloads takes of the environment: certificates, proxies, and the server of toolchains. */
export const network = Object.fromEntries(
  [
    ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUSTUP_DIST_SERVER"],
    ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ].map((name) => [name, process.env[name]]),
);
