/**
 * Shell text that fixes what a command inherits and could notice: the mask of modes, soft limits, what a core dump has, and the
 * kernel's personality, which are in no key. A hard limit that is lower stays. Those that bound memory and time are left
 * alone, as niceness is: they say what the machine can spare, and can be made stricter only.
 *
 * 4096 files are what every Linux allows; linkers that need more raise the limit themselves. A personality is what `setarch i686`
 * sets: programs are told another processor. Where that is so, the words that the shell becomes begin with `setarch`.
 */
export const fixed = [
  "umask 022; ulimit -S -c 0; ulimit -S -s 8192 2>/dev/null || :; ulimit -S -n 4096 2>/dev/null || :",
  "{ echo 0x33 >/proc/self/coredump_filter; } 2>/dev/null || :",
  '(read -r usual </proc/self/personality && test $usual != 00000000) 2>/dev/null && set -- setarch linux64 "$@"',
].join("; ");
