/** The files that a program loads when it starts, as `ldd` resolves them; none for one that is linked statically. */
export async function linkedLibraries(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("LD_"));
  const { execa } = await import("execa");
  const ldd = await execa("ldd", [program], {
    env: { ...Object.fromEntries(own), LC_ALL: "C" },
    extendEnv: false,
    reject: false,
  });
  return ldd.failed ? [] : parseLdd(ldd.stdout);
}

/** `libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x7f…)`, and the loader's line, which has no arrow. */
export function parseLdd(text: string): string[] {
  const lines = text
    .split("\n")
    .map((line) => /^\s*(?:\S+ => )?(\/\S+)(?: \(0x[0-9a-f]+\))?$/.exec(line)?.[1]);
  return lines.filter((path) => path !== undefined);
}
