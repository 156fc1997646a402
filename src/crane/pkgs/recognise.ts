import { byCodeUnit } from "../../base/canonical.ts";
import type { NativePackage } from "../../derivation/model.ts";
import { pkgs } from "./pkgs.ts";

type RecognisedPackage = {
  readonly package: NativePackage;
  /** The crate that wants it. */
  readonly because: string;
  /** The crate can do without it: it is used where it is installed, and its absence is no error. */
  readonly optional: boolean;
  /** The crate compiles its own copy wherever the system has none. */
  readonly bundled: boolean;
};

/**
 * The native packages that the crates of a lock file want, each once, in the order of their names. Where
 * several crates want one, the first by name that cannot do without it is given as the reason.
 *
 * A lock names neither features nor platforms, so a crate that is there may not be built, or may bring its
 * own copy; such needs are optional.
 *
 * @example
 * recogniseNativePackages(new Set(["openssl-sys"])) // openssl and pkgConfig, because of openssl-sys
 */
export function recogniseNativePackages(lockPackageNames: ReadonlySet<string>): RecognisedPackage[] {
  const found = new Map<string, RecognisedPackage>();
  for (const because of [...lockPackageNames].sort(byCodeUnit)) {
    const rule = Object.hasOwn(recognised, because) ? recognised[because] : undefined;
    if (!rule || rule.unless?.some((name) => lockPackageNames.has(name))) continue;
    for (const each of rule.needs) {
      const known = found.get(each.name);
      const { optional = false, bundled = false } = rule;
      const stronger = known && ((known.optional && !optional) || (known.bundled && !bundled));
      if (!known || stronger) found.set(each.name, { package: each, because, optional, bundled });
    }
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.package.name, b.package.name));
}

export type Recognition = {
  readonly needs: readonly NativePackage[];
  /** The crate brings its own copy, or is often in a lock without being built for this platform. */
  readonly optional?: boolean;
  /** The crate compiles its own copy wherever the system has none. */
  readonly bundled?: boolean;
  /** Crates whose presence makes this need go away. */
  readonly unless?: readonly string[];
};

const { pkgConfig } = pkgs;
const withoutProtoc = ["protoc-bin-vendored", "protobuf-src", "protox"];

/** A library that is found through pkg-config, and must be there. */
const found = (...libraries: NativePackage[]): Recognition => ({ needs: [...libraries, pkgConfig] });
/** A library that the crate compiles itself where pkg-config does not find it. */
const orBundled = (...libraries: NativePackage[]): Recognition => ({
  ...byFeature(...libraries),
  bundled: true,
});
/** A library that the crate compiles itself if a feature says so, which a lock does not show. */
const byFeature = (...libraries: NativePackage[]): Recognition => ({
  ...found(...libraries),
  optional: true,
});

/** What published crates need from the system, by crate name, as their build scripts say. */
export const recognised: Readonly<Record<string, Recognition>> = {
  "openssl-sys": { ...found(pkgs.openssl), unless: ["openssl-src"] },
  "openssl-src": { needs: [pkgs.perl, pkgs.make] },
  "boring-sys": { needs: [pkgs.cmake, pkgs.git, pkgs.libclang] },
  "aws-lc-sys": { needs: [pkgs.cmake], optional: true },
  "aws-lc-fips-sys": { needs: [pkgs.cmake, pkgs.go, pkgs.perl] },
  "libsodium-sys": found(pkgs.libsodium),
  "libsodium-sys-stable": orBundled(pkgs.libsodium),
  "nettle-sys": found(pkgs.nettle),
  "gpgme-sys": { needs: [pkgs.gpgme] },
  "libgssapi-sys": { needs: [pkgs.krb5, pkgs.libclang] },

  "prost-build": { needs: [pkgs.protobuf], unless: withoutProtoc },
  "tonic-build": { needs: [pkgs.protobuf], unless: withoutProtoc },
  "tonic-prost-build": { needs: [pkgs.protobuf], unless: withoutProtoc },
  protoc: { needs: [pkgs.protobuf], optional: true },
  "protobuf-src": { needs: [pkgs.cmake, pkgs.make] },
  "grpcio-sys": { needs: [pkgs.cmake] },
  capnpc: { needs: [pkgs.capnproto] },
  "flatc-rust": { needs: [pkgs.flatbuffers] },

  bindgen: { needs: [pkgs.libclang], optional: true },
  "clang-sys": { needs: [pkgs.libclang], optional: true },
  cmake: { needs: [pkgs.cmake], optional: true },
  autotools: { needs: [pkgs.autoconf, pkgs.automake, pkgs.libtool], optional: true },
  "nasm-rs": { needs: [pkgs.nasm] },
  "mozjpeg-sys": { needs: [pkgs.nasm], optional: true },
  "turbojpeg-sys": { needs: [pkgs.cmake, pkgs.nasm] },
  "llvm-sys": { needs: [pkgs.llvm] },
  "libffi-sys": { needs: [pkgs.make] },
  "tikv-jemalloc-sys": { needs: [pkgs.make] },
  "jemalloc-sys": { needs: [pkgs.make] },

  "libz-sys": orBundled(pkgs.zlib),
  "libz-ng-sys": { needs: [pkgs.cmake] },
  "zstd-sys": orBundled(pkgs.zstd),
  "bzip2-sys": orBundled(pkgs.bzip2),
  "lzma-sys": orBundled(pkgs.xz),
  "liblzma-sys": orBundled(pkgs.xz),
  onig_sys: orBundled(pkgs.oniguruma),
  "pcre2-sys": orBundled(pkgs.pcre2),
  "gmp-mpfr-sys": { needs: [pkgs.m4, pkgs.make] },
  "libgit2-sys": orBundled(pkgs.libgit2),
  "libssh2-sys": orBundled(pkgs.libssh2),
  "curl-sys": orBundled(pkgs.curl),
  "expat-sys": orBundled(pkgs.expat),
  libxml: found(pkgs.libxml2),
  "ncurses-sys": found(pkgs.ncurses),
  "zmq-sys": found(pkgs.zeromq),
  "zeromq-src": { needs: [pkgs.cmake], optional: true },
  "libbpf-sys": orBundled(pkgs.libelf, pkgs.zlib),
  "openblas-src": { needs: [pkgs.openblas], optional: true },

  "libsqlite3-sys": byFeature(pkgs.sqlite),
  "pq-sys": { ...found(pkgs.postgresql), unless: ["pq-src"] },
  "mysqlclient-sys": found(pkgs.mysqlClient),
  "rdkafka-sys": byFeature(pkgs.rdkafka),
  "librocksdb-sys": { needs: [pkgs.libclang] },
  "lmdb-sys": orBundled(pkgs.lmdb),
  "odbc-sys": { needs: [pkgs.unixodbc] },

  "alsa-sys": found(pkgs.alsa),
  "libpulse-sys": found(pkgs.pulseaudio),
  "jack-sys": { ...found(pkgs.jack), optional: true },
  "pipewire-sys": found(pkgs.pipewire, pkgs.libclang),
  audiopus_sys: { ...orBundled(pkgs.opus, pkgs.cmake) },
  "gstreamer-sys": found(pkgs.gstreamer),
  "ffmpeg-sys-next": found(pkgs.ffmpeg, pkgs.libclang),
  "dav1d-sys": found(pkgs.dav1d),
  "libheif-sys": found(pkgs.libheif),
  "libudev-sys": found(pkgs.udev),
  hidapi: found(pkgs.udev),
  "libusb1-sys": orBundled(pkgs.libusb),
  "libdbus-sys": byFeature(pkgs.dbus),
  "libsystemd-sys": found(pkgs.systemd),
  "glib-sys": found(pkgs.glib),
  "gtk-sys": found(pkgs.gtk3),
  "gdk-sys": found(pkgs.gtk3),
  "gtk4-sys": found(pkgs.gtk4),
  "cairo-sys-rs": found(pkgs.cairo),
  "pango-sys": found(pkgs.pango),
  "gdk-pixbuf-sys": found(pkgs.gdkPixbuf),
  "webkit2gtk-sys": found(pkgs.webkitgtk),
  "servo-fontconfig-sys": found(pkgs.fontconfig),
  "yeslogic-fontconfig-sys": found(pkgs.fontconfig),
  "freetype-sys": orBundled(pkgs.freetype),
  "servo-freetype-sys": { needs: [pkgs.cmake] },
  "harfbuzz-sys": byFeature(pkgs.harfbuzz),
  "libwebp-sys2": orBundled(pkgs.libwebp),
  x11: found(pkgs.x11),
  "x11-dl": { ...found(pkgs.x11), optional: true },
  xcb: { ...found(pkgs.xcb), optional: true },
  "wayland-sys": { ...found(pkgs.wayland), optional: true },
  "smithay-client-toolkit": { ...found(pkgs.libxkbcommon), optional: true },
  xkbcommon: { needs: [pkgs.libxkbcommon] },
  "input-sys": { ...found(pkgs.libinput), optional: true },
  "sdl2-sys": { needs: [pkgs.sdl2] },
};
