import { toPackage } from "./toPackage.ts";

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
