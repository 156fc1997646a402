const roots = /^(?:s?bin|lib|lib32|lib64|libx32|libexec|include)\//;

/** Of `share`, only what tools and compilers read. */
const shared =
  /^share\/(?:pkgconfig|pkg-config-crosswrapper|aclocal|autoconf|automake|bison|cmake|gettext|glib-2\.0|go|libtool|llvm|m4|nodejs|perl|postgresql-common|protobuf|python|wayland|xcb)[^/]*\//;

const unwanted: readonly RegExp[] = [
  /^lib\/(?:apt|binfmt\.d|cron|debug|dpkg|firmware|init|lsb|mime|modprobe\.d|modules|modules-load\.d|pam\.d|sysctl\.d|systemd|sysusers\.d|tmpfiles\.d|udev|valgrind)\//,
  /^lib\/locale\/(?!C\.)/,
  /^lib[^/]*\/(?:[^/]+\/)?gconv\//,
  /^(?!include\/).*\/(?:man|doc|docs|info|__pycache__)\//,
  // Some hundreds of megabytes that only the compiler's own developers link.
  /^lib\/llvm-[^/]+\/(?:build\/|lib\/lib(?:clang|lld)[^/]*\.a$)/,
  /^bin\/[^/]*lto-dump[^/]*$/,
];

/** Whether a file, by its path below `/usr`, is of use to a build: programs, libraries, headers and their data. */
export function wantedPath(path: string): boolean {
  return (roots.test(path) || shared.test(path)) && !unwanted.some((pattern) => pattern.test(path));
}
