/**
 * Shell text that fixes what a command inherits and could notice: the mask of modes, and soft limits, which are in no
 * key. A hard limit that is lower stays. Those that bound memory and time are left alone, as niceness is: they say what
 * the machine can spare, and can be made stricter only.
 *
 * 4096 files are what every Linux allows; linkers that need more raise the limit themselves.
 */
export const fixed =
  "umask 022; ulimit -S -c 0; ulimit -S -s 8192 2>/dev/null || :; ulimit -S -n 4096 2>/dev/null || :";
