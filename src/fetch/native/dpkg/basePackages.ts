/** Without these nothing can be linked. */
export const requiredBase = ["gcc", "libc6-dev", "binutils"] as const;

/** What build scripts take for granted, as far as it is installed. */
export const usualBase = [
  "g++",
  "bash",
  "dash",
  "coreutils",
  "sed",
  "grep",
  "mawk",
  "gawk",
  "tar",
  "gzip",
  "bzip2",
  "xz-utils",
  "diffutils",
  "findutils",
  "debianutils",
  "libc-bin",
  "make",
  "patch",
] as const;
