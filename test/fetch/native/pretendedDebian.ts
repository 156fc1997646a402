const architecture = process.arch === "x64" ? "amd64" : process.arch;

/** A Debian with `/lib` merged into `/usr`, a compiler in name only, and the library `foo` with a tool. */
export function pretendedDebian(): Record<string, string> {
  return {
    "root/etc/os-release": 'ID=ubuntu\nID_LIKE="debian"\nNAME="Ubuntu"\nVERSION_ID="24.04"\n',
    "root/lib": "-> usr/lib",
    "root/var/lib/dpkg/status": [
      stanza("gcc", "Depends: cpp\nVersion: 4:12.2.0-3"),
      stanza("cpp"),
      stanza("binutils"),
      stanza("libc6-dev", "Depends: libc6 (= 2.36)\nProvides: libc-dev (= 2.36)"),
      stanza("libc6", "Pre-Depends: dpkg (>= 1)"),
      stanza("dpkg"),
      stanza("mawk"),
      stanza("dash"),
      stanza("libfoo-dev", "Version: 1.5-1\nDepends: libfoo1 (= 1.5-1), absent | libc-dev, foo-tool:any"),
      stanza("libfoo1", "Version: 1.5-1\nDepends: libc6\nMulti-Arch: same"),
      stanza("foo-tool"),
      stanza("libbar-dev").replace("install ok installed", "deinstall ok config-files"),
      stanza("libfoo-dev", "Version: 0.1").replace(/Architecture: .*/, "Architecture: riscv64"),
    ].join("\n"),
    ...list("gcc", "/usr/bin/gcc", "/usr/share/doc/gcc/README", "/usr/sbin/gcc-config"),
    ...list("cpp", "/usr/bin/cpp"),
    ...list("binutils", "/usr/bin/ld"),
    ...list("libc6-dev", "/usr/include/stdio.h"),
    ...list("libc6", "/lib/libc.so.6", "/usr/lib/gconv/A.so", "/usr/lib/locale/C.utf8/LC_CTYPE"),
    ...list("dpkg", "/usr/bin/dpkg"),
    ...list("mawk", "/usr/bin/mawk"),
    ...list("dash", "/usr/bin/dash"),
    ...list(
      "libfoo-dev",
      "/usr/include/foo.h",
      "/usr/lib/libfoo.so",
      "/usr/share/pkgconfig/foo.pc",
      "/usr/lib/foo.cnf",
    ),
    [`root/var/lib/dpkg/info/libfoo1:${architecture}.list`]:
      "/.\n/lib\n/lib/libfoo.so.1\n/lib/libfoo.so.1.5\n",
    ...list("foo-tool", "/usr/bin/foo-2", "/usr/share/man/man1/foo.1", "/usr/lib/gone"),
    "root/usr/bin/gcc": "#!gcc",
    "root/usr/share/doc/gcc/README": "",
    "root/usr/sbin/gcc-config": "#!",
    "root/usr/bin/cpp": "#!cpp",
    "root/usr/bin/ld": "#!ld",
    "root/usr/bin/cc": "-> /etc/alternatives/cc",
    "root/etc/alternatives/cc": "-> /usr/bin/clang",
    "root/usr/bin/awk": "-> /etc/alternatives/awk",
    "root/etc/alternatives/awk": "-> /usr/bin/mawk",
    "root/usr/bin/mawk": "#!mawk",
    "root/usr/bin/dash": "#!dash",
    "root/usr/bin/dpkg": "#!dpkg",
    "root/usr/include/stdio.h": "",
    "root/usr/include/zlib.h": "",
    "root/usr/lib/libc.so.6": "libc",
    "root/usr/lib/gconv/A.so": "",
    "root/usr/lib/locale/C.utf8/LC_CTYPE": "",
    "root/usr/include/foo.h": "foo",
    "root/usr/lib/libfoo.so": "-> /lib/libfoo.so.1",
    "root/usr/lib/libfoo.so.1": "-> libfoo.so.1.5",
    "root/usr/lib/libfoo.so.1.5": "library",
    "root/usr/lib/foo.cnf": "-> /etc/foo.cnf",
    "root/etc/foo.cnf": "",
    "root/usr/share/pkgconfig/foo.pc": "",
    "root/usr/share/man/man1/foo.1": "",
    "root/usr/bin/foo-2": "#!foo",
    "root/usr/bin/foo": "-> /etc/alternatives/foo",
    "root/etc/alternatives/foo": "-> /usr/bin/foo-2",
  };
}

function stanza(name: string, fields = "Version: 1"): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\n${fields}\n`;
}

function list(name: string, ...paths: string[]): Record<string, string> {
  return { [`root/var/lib/dpkg/info/${name}.list`]: `/.\n/usr\n${paths.join("\n")}\n` };
}
