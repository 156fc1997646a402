import type { PackageTable } from "./package.ts";

/** Compilers' libraries, parsers, terminals, numbers and allocators. */
export const libraries = {
  libclang: {
    headers: ["clang-c/"],
    libraries: ["clang"],
    names: ["libclang", "libclang-dev", "clang-devel", "clang", "clang-dev", "llvm"],
  },
  llvm: {
    bins: ["llvm-config"],
    headers: ["llvm-c/", "llvm/"],
    needsFiles: true,
    names: ["llvm", "llvm-dev", "llvm-devel", "llvm", "llvm-dev", "llvm"],
  },
  libffi: {
    pkgConfig: ["libffi"],
    headers: ["ffi.h"],
    libraries: ["ffi"],
    names: ["libffi", "libffi-dev", "libffi-devel", "libffi", "libffi-dev", "libffi"],
  },
  ncurses: {
    pkgConfig: ["ncurses", "ncursesw", "tinfo"],
    headers: ["ncurses.h", "curses.h", "term.h"],
    names: ["ncurses", "libncurses-dev", "ncurses-devel", "ncurses", "ncurses-dev", "ncurses"],
  },
  readline: {
    pkgConfig: ["readline"],
    headers: ["readline/"],
    names: ["readline", "libreadline-dev", "readline-devel", "readline", "readline-dev", "readline"],
  },
  expat: {
    pkgConfig: ["expat"],
    headers: ["expat.h"],
    names: ["expat", "libexpat1-dev", "expat-devel", "expat", "expat-dev", "expat"],
  },
  libxml2: {
    pkgConfig: ["libxml-2.0"],
    headers: ["libxml/", "libxml2/"],
    libraries: ["xml2"],
    names: ["libxml2", "libxml2-dev", "libxml2-devel", "libxml2", "libxml2-dev", "libxml2"],
  },
  libxslt: {
    pkgConfig: ["libxslt", "libexslt"],
    headers: ["libxslt/"],
    names: ["libxslt", "libxslt1-dev", "libxslt-devel", "libxslt", "libxslt-dev", "libxslt"],
  },
  icu: {
    pkgConfig: ["icu-uc", "icu-i18n"],
    headers: ["unicode/"],
    names: ["icu", "libicu-dev", "libicu-devel", "icu", "icu-dev", "icu4c"],
  },
  jemalloc: {
    pkgConfig: ["jemalloc"],
    headers: ["jemalloc/"],
    names: ["jemalloc", "libjemalloc-dev", "jemalloc-devel", "jemalloc", "jemalloc-dev", "jemalloc"],
  },
  oniguruma: {
    pkgConfig: ["oniguruma"],
    headers: ["oniguruma.h"],
    libraries: ["onig"],
    names: ["oniguruma", "libonig-dev", "oniguruma-devel", "oniguruma", "oniguruma-dev", "oniguruma"],
  },
  pcre2: {
    pkgConfig: ["libpcre2-8"],
    headers: ["pcre2.h"],
    names: ["pcre2", "libpcre2-dev", "pcre2-devel", "pcre2", "pcre2-dev", "pcre2"],
  },
  gmp: {
    pkgConfig: ["gmp"],
    headers: ["gmp.h"],
    names: ["gmp", "libgmp-dev", "gmp-devel", "gmp", "gmp-dev", "gmp"],
  },
  mpfr: {
    pkgConfig: ["mpfr"],
    headers: ["mpfr.h"],
    names: ["mpfr", "libmpfr-dev", "mpfr-devel", "mpfr", "mpfr-dev", "mpfr"],
  },
  libelf: {
    pkgConfig: ["libelf"],
    headers: ["libelf.h", "gelf.h"],
    libraries: ["elf"],
    names: ["elfutils", "libelf-dev", "elfutils-libelf-devel", "libelf", "elfutils-dev"],
  },
  libunwind: {
    pkgConfig: ["libunwind"],
    headers: ["libunwind.h"],
    names: ["libunwind", "libunwind-dev", "libunwind-devel", "libunwind", "libunwind-dev"],
  },
  hdf5: {
    headers: ["hdf5.h"],
    libraries: ["hdf5"],
    names: ["hdf5", "libhdf5-dev", "hdf5-devel", "hdf5", "hdf5-dev", "hdf5"],
  },
  openblas: {
    headers: ["cblas.h", "openblas_config.h"],
    libraries: ["blas", "cblas", "openblas"],
    names: ["openblas", "libopenblas-dev", "openblas-devel", "openblas", "openblas-dev", "openblas"],
  },
} as const satisfies PackageTable;

/** Compression. */
export const compression = {
  zlib: {
    pkgConfig: ["zlib"],
    headers: ["zlib.h", "zconf.h"],
    libraries: ["z"],
    names: ["zlib", "zlib1g-dev", "zlib-devel", "zlib", "zlib-dev", "zlib"],
  },
  zstd: {
    pkgConfig: ["libzstd"],
    headers: ["zstd.h", "zdict.h"],
    names: ["zstd", "libzstd-dev", "libzstd-devel", "zstd", "zstd-dev", "zstd"],
  },
  bzip2: {
    headers: ["bzlib.h"],
    libraries: ["bz2"],
    names: ["bzip2", "libbz2-dev", "bzip2-devel", "bzip2", "bzip2-dev", "bzip2"],
  },
  xz: {
    pkgConfig: ["liblzma"],
    headers: ["lzma.h", "lzma/"],
    names: ["xz", "liblzma-dev", "xz-devel", "xz", "xz-dev", "xz"],
  },
  lz4: {
    pkgConfig: ["liblz4"],
    headers: ["lz4.h", "lz4frame.h", "lz4hc.h"],
    names: ["lz4", "liblz4-dev", "lz4-devel", "lz4", "lz4-dev", "lz4"],
  },
  snappy: {
    headers: ["snappy.h", "snappy-c.h"],
    libraries: ["snappy"],
    names: ["snappy", "libsnappy-dev", "snappy-devel", "snappy", "snappy-dev", "snappy"],
  },
  brotli: {
    pkgConfig: ["libbrotlicommon", "libbrotlidec", "libbrotlienc"],
    headers: ["brotli/"],
    names: ["brotli", "libbrotli-dev", "brotli-devel", "brotli", "brotli-dev", "brotli"],
  },
  libarchive: {
    pkgConfig: ["libarchive"],
    headers: ["archive.h", "archive_entry.h"],
    libraries: ["archive"],
    names: ["libarchive", "libarchive-dev", "libarchive-devel", "libarchive", "libarchive-dev", "libarchive"],
  },
} as const satisfies PackageTable;

/** Clients of databases and message brokers, and embedded stores. */
export const databases = {
  sqlite: {
    pkgConfig: ["sqlite3"],
    headers: ["sqlite3.h", "sqlite3ext.h"],
    names: ["sqlite", "libsqlite3-dev", "sqlite-devel", "sqlite", "sqlite-dev", "sqlite"],
  },
  postgresql: {
    pkgConfig: ["libpq"],
    headers: ["libpq-fe.h", "libpq/"],
    names: ["libpq", "libpq-dev", "libpq-devel", "postgresql-libs", "libpq-dev", "libpq"],
  },
  mysqlClient: {
    pkgConfig: ["mysqlclient"],
    headers: ["mysql.h", "mysql/"],
    libraries: ["mariadb"],
    names: [
      "libmysqlclient",
      "default-libmysqlclient-dev",
      "mariadb-connector-c-devel",
      "mariadb-libs",
      "mariadb-connector-c-dev",
      "mysql-client",
    ],
  },
  rdkafka: {
    pkgConfig: ["rdkafka"],
    headers: ["librdkafka/"],
    names: ["rdkafka", "librdkafka-dev", "librdkafka-devel", "librdkafka", "librdkafka-dev", "librdkafka"],
  },
  rocksdb: {
    pkgConfig: ["rocksdb"],
    headers: ["rocksdb/"],
    names: ["rocksdb", "librocksdb-dev", "rocksdb-devel", "rocksdb", "rocksdb-dev", "rocksdb"],
  },
  leveldb: {
    headers: ["leveldb/"],
    libraries: ["leveldb"],
    names: ["leveldb", "libleveldb-dev", "leveldb-devel", "leveldb", "leveldb-dev", "leveldb"],
  },
  lmdb: {
    pkgConfig: ["lmdb"],
    headers: ["lmdb.h"],
    names: ["lmdb", "liblmdb-dev", "lmdb-devel", "lmdb", "lmdb-dev", "lmdb"],
  },
  unixodbc: {
    pkgConfig: ["odbc"],
    headers: ["sql.h", "sqlext.h"],
    names: ["unixODBC", "unixodbc-dev", "unixODBC-devel", "unixodbc", "unixodbc-dev", "unixodbc"],
  },
} as const satisfies PackageTable;

/** Cryptography, and protocols on the network. */
export const network = {
  openssl: {
    pkgConfig: ["openssl", "libssl", "libcrypto"],
    headers: ["openssl/"],
    libraries: ["ssl"],
    names: ["openssl", "libssl-dev", "openssl-devel", "openssl", "openssl-dev", "openssl@3"],
  },
  libsodium: {
    pkgConfig: ["libsodium"],
    headers: ["sodium.h", "sodium/"],
    libraries: ["sodium"],
    names: ["libsodium", "libsodium-dev", "libsodium-devel", "libsodium", "libsodium-dev", "libsodium"],
  },
  nettle: {
    pkgConfig: ["nettle", "hogweed"],
    headers: ["nettle/"],
    names: ["nettle", "nettle-dev", "nettle-devel", "nettle", "nettle-dev", "nettle"],
  },
  gnutls: {
    pkgConfig: ["gnutls"],
    headers: ["gnutls/"],
    names: ["gnutls", "libgnutls28-dev", "gnutls-devel", "gnutls", "gnutls-dev", "gnutls"],
  },
  libgcrypt: {
    headers: ["gcrypt.h"],
    libraries: ["gcrypt"],
    names: ["libgcrypt", "libgcrypt20-dev", "libgcrypt-devel", "libgcrypt", "libgcrypt-dev", "libgcrypt"],
  },
  gpgme: {
    headers: ["gpgme.h"],
    libraries: ["gpgme"],
    names: ["gpgme", "libgpgme-dev", "gpgme-devel", "gpgme", "gpgme-dev", "gpgme"],
  },
  krb5: {
    pkgConfig: ["krb5", "krb5-gssapi"],
    headers: ["gssapi/", "gssapi.h", "krb5.h", "krb5/"],
    libraries: ["gssapi_krb5"],
    names: ["libkrb5", "libkrb5-dev", "krb5-devel", "krb5", "krb5-dev", "krb5"],
  },
  libgit2: {
    pkgConfig: ["libgit2"],
    headers: ["git2.h", "git2/"],
    names: ["libgit2", "libgit2-dev", "libgit2-devel", "libgit2", "libgit2-dev", "libgit2"],
  },
  libssh2: {
    pkgConfig: ["libssh2"],
    headers: ["libssh2.h", "libssh2_sftp.h"],
    names: ["libssh2", "libssh2-1-dev", "libssh2-devel", "libssh2", "libssh2-dev", "libssh2"],
  },
  curl: {
    pkgConfig: ["libcurl"],
    headers: ["curl/"],
    names: ["curl", "libcurl4-openssl-dev", "libcurl-devel", "curl", "curl-dev", "curl"],
  },
  nghttp2: {
    pkgConfig: ["libnghttp2"],
    headers: ["nghttp2/"],
    names: ["nghttp2", "libnghttp2-dev", "libnghttp2-devel", "libnghttp2", "nghttp2-dev", "libnghttp2"],
  },
  libpcap: {
    pkgConfig: ["libpcap"],
    headers: ["pcap.h", "pcap/"],
    libraries: ["pcap"],
    names: ["libpcap", "libpcap-dev", "libpcap-devel", "libpcap", "libpcap-dev", "libpcap"],
  },
  zeromq: {
    pkgConfig: ["libzmq"],
    headers: ["zmq.h"],
    names: ["zeromq", "libzmq3-dev", "zeromq-devel", "zeromq", "zeromq-dev", "zeromq"],
  },
  /** What connections by TLS are checked against. No part of a build, but of images. */
  cacert: {
    names: [
      "cacert",
      "ca-certificates",
      "ca-certificates",
      "ca-certificates",
      "ca-certificates",
      "ca-certificates",
    ],
  },
} as const satisfies PackageTable;
