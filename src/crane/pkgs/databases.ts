import { toPackage } from "./toPackage.ts";

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
