import { toPackage } from "./package.ts";

/** Clients of databases and message brokers, and embedded stores. */
export const databases = {
  sqlite: toPackage({
    name: "sqlite",
    pkgConfig: ["sqlite3"],
    names: {
      nixpkgs: "sqlite",
      apt: "libsqlite3-dev",
      dnf: "sqlite-devel",
      pacman: "sqlite",
      apk: "sqlite-dev",
      brew: "sqlite",
    },
  }),
  postgresql: toPackage({
    name: "postgresql",
    pkgConfig: ["libpq"],
    names: {
      nixpkgs: "libpq",
      apt: "libpq-dev",
      dnf: "libpq-devel",
      pacman: "postgresql-libs",
      apk: "libpq-dev",
      brew: "libpq",
    },
  }),
  mysqlClient: toPackage({
    name: "mysqlClient",
    pkgConfig: ["mysqlclient"],
    names: {
      nixpkgs: "libmysqlclient",
      apt: "default-libmysqlclient-dev",
      dnf: "mariadb-connector-c-devel",
      pacman: "mariadb-libs",
      apk: "mariadb-connector-c-dev",
      brew: "mysql-client",
    },
  }),
  rdkafka: toPackage({
    name: "rdkafka",
    pkgConfig: ["rdkafka"],
    names: {
      nixpkgs: "rdkafka",
      apt: "librdkafka-dev",
      dnf: "librdkafka-devel",
      pacman: "librdkafka",
      apk: "librdkafka-dev",
      brew: "librdkafka",
    },
  }),
  rocksdb: toPackage({
    name: "rocksdb",
    pkgConfig: ["rocksdb"],
    names: {
      nixpkgs: "rocksdb",
      apt: "librocksdb-dev",
      dnf: "rocksdb-devel",
      pacman: "rocksdb",
      apk: "rocksdb-dev",
      brew: "rocksdb",
    },
  }),
  leveldb: toPackage({
    name: "leveldb",
    names: {
      nixpkgs: "leveldb",
      apt: "libleveldb-dev",
      dnf: "leveldb-devel",
      pacman: "leveldb",
      apk: "leveldb-dev",
      brew: "leveldb",
    },
  }),
  lmdb: toPackage({
    name: "lmdb",
    pkgConfig: ["lmdb"],
    names: {
      nixpkgs: "lmdb",
      apt: "liblmdb-dev",
      dnf: "lmdb-devel",
      pacman: "lmdb",
      apk: "lmdb-dev",
      brew: "lmdb",
    },
  }),
  unixodbc: toPackage({
    name: "unixodbc",
    pkgConfig: ["odbc"],
    names: {
      nixpkgs: "unixODBC",
      apt: "unixodbc-dev",
      dnf: "unixODBC-devel",
      pacman: "unixodbc",
      apk: "unixodbc-dev",
      brew: "unixodbc",
    },
  }),
} as const;

/** Cryptography, and protocols on the network. */
export const network = {
  openssl: toPackage({
    name: "openssl",
    pkgConfig: ["openssl", "libssl", "libcrypto"],
    names: {
      nixpkgs: "openssl",
      apt: "libssl-dev",
      dnf: "openssl-devel",
      pacman: "openssl",
      apk: "openssl-dev",
      brew: "openssl@3",
    },
  }),
  libsodium: toPackage({
    name: "libsodium",
    pkgConfig: ["libsodium"],
    names: {
      nixpkgs: "libsodium",
      apt: "libsodium-dev",
      dnf: "libsodium-devel",
      pacman: "libsodium",
      apk: "libsodium-dev",
      brew: "libsodium",
    },
  }),
  nettle: toPackage({
    name: "nettle",
    pkgConfig: ["nettle", "hogweed"],
    names: {
      nixpkgs: "nettle",
      apt: "nettle-dev",
      dnf: "nettle-devel",
      pacman: "nettle",
      apk: "nettle-dev",
      brew: "nettle",
    },
  }),
  gnutls: toPackage({
    name: "gnutls",
    pkgConfig: ["gnutls"],
    names: {
      nixpkgs: "gnutls",
      apt: "libgnutls28-dev",
      dnf: "gnutls-devel",
      pacman: "gnutls",
      apk: "gnutls-dev",
      brew: "gnutls",
    },
  }),
  libgcrypt: toPackage({
    name: "libgcrypt",
    names: {
      nixpkgs: "libgcrypt",
      apt: "libgcrypt20-dev",
      dnf: "libgcrypt-devel",
      pacman: "libgcrypt",
      apk: "libgcrypt-dev",
      brew: "libgcrypt",
    },
  }),
  gpgme: toPackage({
    name: "gpgme",
    names: {
      nixpkgs: "gpgme",
      apt: "libgpgme-dev",
      dnf: "gpgme-devel",
      pacman: "gpgme",
      apk: "gpgme-dev",
      brew: "gpgme",
    },
  }),
  krb5: toPackage({
    name: "krb5",
    pkgConfig: ["krb5", "krb5-gssapi"],
    names: {
      nixpkgs: "libkrb5",
      apt: "libkrb5-dev",
      dnf: "krb5-devel",
      pacman: "krb5",
      apk: "krb5-dev",
      brew: "krb5",
    },
  }),
  libgit2: toPackage({
    name: "libgit2",
    pkgConfig: ["libgit2"],
    names: {
      nixpkgs: "libgit2",
      apt: "libgit2-dev",
      dnf: "libgit2-devel",
      pacman: "libgit2",
      apk: "libgit2-dev",
      brew: "libgit2",
    },
  }),
  libssh2: toPackage({
    name: "libssh2",
    pkgConfig: ["libssh2"],
    names: {
      nixpkgs: "libssh2",
      apt: "libssh2-1-dev",
      dnf: "libssh2-devel",
      pacman: "libssh2",
      apk: "libssh2-dev",
      brew: "libssh2",
    },
  }),
  curl: toPackage({
    name: "curl",
    pkgConfig: ["libcurl"],
    names: {
      nixpkgs: "curl",
      apt: "libcurl4-openssl-dev",
      dnf: "libcurl-devel",
      pacman: "curl",
      apk: "curl-dev",
      brew: "curl",
    },
  }),
  nghttp2: toPackage({
    name: "nghttp2",
    pkgConfig: ["libnghttp2"],
    names: {
      nixpkgs: "nghttp2",
      apt: "libnghttp2-dev",
      dnf: "libnghttp2-devel",
      pacman: "libnghttp2",
      apk: "nghttp2-dev",
      brew: "libnghttp2",
    },
  }),
  libpcap: toPackage({
    name: "libpcap",
    pkgConfig: ["libpcap"],
    names: {
      nixpkgs: "libpcap",
      apt: "libpcap-dev",
      dnf: "libpcap-devel",
      pacman: "libpcap",
      apk: "libpcap-dev",
      brew: "libpcap",
    },
  }),
  zeromq: toPackage({
    name: "zeromq",
    pkgConfig: ["libzmq"],
    names: {
      nixpkgs: "zeromq",
      apt: "libzmq3-dev",
      dnf: "zeromq-devel",
      pacman: "zeromq",
      apk: "zeromq-dev",
      brew: "zeromq",
    },
  }),
} as const;
