import { byCodeUnit } from "../../base/digest.ts";
import type { NativePackage } from "../../derivation/model.ts";
import { type PackageName, pkgs } from "./pkgs.ts";

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
  const wanted = new Map<string, RecognisedPackage>();
  for (const because of [...lockPackageNames].sort(byCodeUnit)) {
    const rule = recognised.get(because);
    if (!rule || rule.unless?.some((name) => lockPackageNames.has(name))) continue;
    const optional = isOptional(rule);
    const bundled = rule.bundled ?? false;
    for (const name of neededBy(rule)) {
      const known = wanted.get(name);
      const stronger = known && ((known.optional && !optional) || (known.bundled && !bundled));
      if (!known || stronger) wanted.set(name, { package: pkgs[name], because, optional, bundled });
    }
  }
  return [...wanted.values()].sort((a, b) => byCodeUnit(a.package.name, b.package.name));
}

/** What a crate wants of the system. */
export type Recognition = {
  /** Libraries that it looks up with pkg-config, which it then needs, too. Default: none. */
  readonly libraries?: readonly PackageName[];
  /** What it runs or loads besides. Default: nothing. */
  readonly needs?: readonly PackageName[];
  /**
   * It can do without: a feature that a lock does not show decides, or it is often in a lock without being built
   * for this platform. Default: it cannot.
   */
  readonly optional?: true;
  /** It compiles its own copy wherever the system has none, and so can do without. Default: it does not. */
  readonly bundled?: true;
  /** Crates whose presence makes this need go away. */
  readonly unless?: readonly string[];
};

/** The packages that a crate wants, libraries first. */
export function neededBy({ libraries = [], needs = [] }: Recognition): readonly PackageName[] {
  return [...libraries, ...needs, ...(libraries.length > 0 ? (["pkgConfig"] as const) : [])];
}

/** Whether a crate can do without what it wants. */
export function isOptional({ optional, bundled }: Recognition): boolean {
  return optional === true || bundled === true;
}

const protocCrates = ["protoc-bin-vendored", "protobuf-src", "protox"];

/** What published crates need from the system, by crate name, as their build scripts say. */
export const recognised: ReadonlyMap<string, Recognition> = new Map(
  Object.entries<Recognition>({
    "openssl-sys": { libraries: ["openssl"], unless: ["openssl-src"] },
    "openssl-src": { needs: ["perl", "make"] },
    "boring-sys": { needs: ["cmake", "git", "libclang"] },
    "aws-lc-sys": { needs: ["cmake"], optional: true },
    "aws-lc-fips-sys": { needs: ["cmake", "go", "perl"] },
    "libsodium-sys": { libraries: ["libsodium"] },
    "libsodium-sys-stable": { libraries: ["libsodium"], bundled: true },
    "nettle-sys": { libraries: ["nettle"] },
    "gpgme-sys": { needs: ["gpgme"] },
    "libgssapi-sys": { needs: ["krb5", "libclang"] },

    "prost-build": { needs: ["protobuf"], unless: protocCrates },
    "tonic-build": { needs: ["protobuf"], unless: protocCrates },
    "tonic-prost-build": { needs: ["protobuf"], unless: protocCrates },
    protoc: { needs: ["protobuf"], optional: true },
    "protobuf-src": { needs: ["cmake", "make"] },
    "grpcio-sys": { needs: ["cmake"] },
    capnpc: { needs: ["capnproto"] },
    "flatc-rust": { needs: ["flatbuffers"] },

    bindgen: { needs: ["libclang"], optional: true },
    "clang-sys": { needs: ["libclang"], optional: true },
    cmake: { needs: ["cmake"], optional: true },
    autotools: { needs: ["autoconf", "automake", "libtool"], optional: true },
    "nasm-rs": { needs: ["nasm"] },
    "mozjpeg-sys": { needs: ["nasm"], optional: true },
    "turbojpeg-sys": { needs: ["cmake", "nasm"] },
    "llvm-sys": { needs: ["llvm"] },
    "libffi-sys": { needs: ["make"] },
    "tikv-jemalloc-sys": { needs: ["make"] },
    "jemalloc-sys": { needs: ["make"] },

    "libz-sys": { libraries: ["zlib"], bundled: true },
    "libz-ng-sys": { needs: ["cmake"] },
    "zstd-sys": { libraries: ["zstd"], bundled: true },
    "bzip2-sys": { libraries: ["bzip2"], bundled: true },
    "lzma-sys": { libraries: ["xz"], bundled: true },
    "liblzma-sys": { libraries: ["xz"], bundled: true },
    onig_sys: { libraries: ["oniguruma"], bundled: true },
    "pcre2-sys": { libraries: ["pcre2"], bundled: true },
    "gmp-mpfr-sys": { needs: ["m4", "make"] },
    "libgit2-sys": { libraries: ["libgit2"], bundled: true },
    "libssh2-sys": { libraries: ["libssh2"], bundled: true },
    "curl-sys": { libraries: ["curl"], bundled: true },
    "expat-sys": { libraries: ["expat"], bundled: true },
    libxml: { libraries: ["libxml2"] },
    "ncurses-sys": { libraries: ["ncurses"] },
    "zmq-sys": { libraries: ["zeromq"] },
    "zeromq-src": { needs: ["cmake"], optional: true },
    "libbpf-sys": { libraries: ["libelf", "zlib"], bundled: true },
    "openblas-src": { needs: ["openblas"], optional: true },

    "libsqlite3-sys": { libraries: ["sqlite"], optional: true },
    "pq-sys": { libraries: ["postgresql"], unless: ["pq-src"] },
    "mysqlclient-sys": { libraries: ["mysqlClient"] },
    "rdkafka-sys": { libraries: ["rdkafka"], optional: true },
    "librocksdb-sys": { needs: ["libclang"] },
    "lmdb-sys": { libraries: ["lmdb"], bundled: true },
    "odbc-sys": { needs: ["unixodbc"] },

    "alsa-sys": { libraries: ["alsa"] },
    "libpulse-sys": { libraries: ["pulseaudio"] },
    "jack-sys": { libraries: ["jack"], optional: true },
    "pipewire-sys": { libraries: ["pipewire"], needs: ["libclang"] },
    audiopus_sys: { libraries: ["opus"], needs: ["cmake"], bundled: true },
    "gstreamer-sys": { libraries: ["gstreamer"] },
    "ffmpeg-sys-next": { libraries: ["ffmpeg"], needs: ["libclang"] },
    "dav1d-sys": { libraries: ["dav1d"] },
    "libheif-sys": { libraries: ["libheif"] },
    "libudev-sys": { libraries: ["udev"] },
    hidapi: { libraries: ["udev"] },
    "libusb1-sys": { libraries: ["libusb"], bundled: true },
    "libdbus-sys": { libraries: ["dbus"], optional: true },
    "libsystemd-sys": { libraries: ["systemd"] },
    "glib-sys": { libraries: ["glib"] },
    "gtk-sys": { libraries: ["gtk3"] },
    "gdk-sys": { libraries: ["gtk3"] },
    "gtk4-sys": { libraries: ["gtk4"] },
    "cairo-sys-rs": { libraries: ["cairo"] },
    "pango-sys": { libraries: ["pango"] },
    "gdk-pixbuf-sys": { libraries: ["gdkPixbuf"] },
    "webkit2gtk-sys": { libraries: ["webkitgtk"] },
    "servo-fontconfig-sys": { libraries: ["fontconfig"] },
    "yeslogic-fontconfig-sys": { libraries: ["fontconfig"] },
    "freetype-sys": { libraries: ["freetype"], bundled: true },
    "servo-freetype-sys": { needs: ["cmake"] },
    "harfbuzz-sys": { libraries: ["harfbuzz"], optional: true },
    "libwebp-sys2": { libraries: ["libwebp"], bundled: true },
    x11: { libraries: ["x11"] },
    "x11-dl": { libraries: ["x11"], optional: true },
    xcb: { libraries: ["xcb"], optional: true },
    "wayland-sys": { libraries: ["wayland"], optional: true },
    "smithay-client-toolkit": { libraries: ["libxkbcommon"], optional: true },
    xkbcommon: { needs: ["libxkbcommon"] },
    "input-sys": { libraries: ["libinput"], optional: true },
    "sdl2-sys": { needs: ["sdl2"] },
  }),
);
