/** Some lines of Cargo's that belong together. */
export type TextBlock = {
  readonly lines: readonly string[];
  /** It is a warning of the build: what is printed once that has ended may be a test's. */
  readonly isOfBuild?: true;
  /** Of a warning about manifests; `hasPlace`: it shows a line of one. */
  readonly manifests?: { readonly hasPlace: boolean };
};

/**
 * Divides what one run of Cargo prints as text, beside the messages of compilers, and knows its warnings about manifests:
 * those that it prints before it begins with a package, and those with a place in a `Cargo.toml`, which may come at the end
 * (`cargo::unused_dependencies`, 1.97). All lines come back, in their order, a warning as soon as it is whole.
 */
export function textWarnings(take: (block: TextBlock) => void): {
  line(line: string, plain: string): void;
  /** Something else was printed: what is held back comes first. */
  flush(): void;
  /** All is built that was to be, also where no line says so. */
  end(): void;
} {
  let held: { readonly lines: string[]; readonly plain: string[] } | undefined;
  let hasBegun = false;
  let hasEnded = false;

  function flush(): void {
    if (!held) return;
    const { lines, plain } = held;
    held = undefined;
    const hasPlace = plain.some((each) => /^ *--> (?:.*\/)?Cargo\.toml:\d+/.test(each));
    const isSum = /^warning: `[^`]+` \(manifest\) generated \d/.test(plain[0] ?? "");
    const isOfManifests = hasPlace || isSum || !hasBegun;
    take({
      lines,
      ...(!hasEnded && { isOfBuild: true }),
      ...(isOfManifests && { manifests: { hasPlace: hasPlace || isSum } }),
    });
  }

  function end(): void {
    flush();
    hasEnded = true;
  }

  return {
    line(line, plain) {
      if (held && held.lines.length < longestWarning && continuation.test(plain)) {
        held.lines.push(line);
        held.plain.push(plain);
        return;
      }
      flush();
      if (finished.test(plain)) end();
      if (plain.startsWith("warning: ")) held = { lines: [line], plain: [plain] };
      else {
        hasBegun ||= !beforehand.test(plain);
        take({ lines: [line] });
      }
    },
    flush,
    end,
  };
}

/** In lines. What goes on for longer was printed by something else. */
const longestWarning = 1000;

/** What follows the first line of a warning, in the form of rustc's and of Cargo's older ones. */
const continuation = /^\s*(?:-->|:::|\||=|\.{3}$)|^\s*\d+ *[|+~-]|^(?:help|note|package|workspace): /;

const finished = /^ +Finished(?: |$)/;

const beforehand = /^ +(?:Blocking|Updating|Locking|Adding|Downloading|Downloaded) |^\s*$/;
