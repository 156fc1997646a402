import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ImagePhase } from "../../../src/derivation/image.ts";
import { assembleImage } from "../../../src/engine/image/assembleImage.ts";

/** A file's text, `x` before that of one that is executable; `-> ` a link. */
type Files = Readonly<Record<string, string | Buffer>>;

export type Assembled = Awaited<ReturnType<typeof assembleImage>> & { readonly layout: string };

/** Directories for images, which vanish. */
export function imageRig() {
  const scratch = mkdtempSync(join(tmpdir(), "gantry-image-"));
  let count = 0;
  const directory = (): string => {
    const path = join(scratch, String(count++));
    mkdirSync(path);
    return path;
  };
  const tree = (files: Files): string => {
    const root = directory();
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      if (typeof content === "string" && content.startsWith("-> "))
        symlinkSync(content.slice(3), join(root, path));
      else writeFileSync(join(root, path), content, { mode: /(^|\/)bin\//.test(path) ? 0o755 : 0o644 });
    }
    return root;
  };
  return {
    tree,
    /** Assembles trees by their names; `base` and `system` are those parts. */
    async assemble(
      trees: Readonly<Record<string, Files>>,
      more: Partial<ImagePhase> = {},
      { base, system = [] }: { base?: string; system?: readonly string[] } = {},
    ): Promise<Assembled> {
      const layout = directory();
      const places = new Map(Object.entries(trees).map(([name, files]) => [name, [tree(files)]]));
      if (base !== undefined) places.set("base", [base]);
      places.set("system", [...system]);
      const phase: ImagePhase = {
        type: "image",
        format: 1,
        name: "app",
        tag: "latest",
        contents: Object.keys(trees).map((name) => ({ at: name, name })),
        ...(base !== undefined && { base: "base" }),
        system: "system",
        architecture: "amd64",
        config: base === undefined ? { User: "65532:65532" } : {},
        ...more,
      };
      const made = await assembleImage(phase, { out: layout, at: (path) => places.get(path) ?? [] });
      return { ...made, layout };
    },
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
