import { join, resolve } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok } from "../../base/result.ts";
import type { Command } from "../command.ts";
import { buildOptions, type Chosen, readSelection } from "./selection.ts";
import type { ImageFormat } from "./writeImage.ts";

const formats = ["oci-archive", "oci-dir", "docker-archive"] as const satisfies readonly ImageFormat[];

type ImageOptions = {
  /** Which image, or package; absent: `default`. */
  readonly name: string | undefined;
  readonly chosen: Chosen;
  /** Where it is written besides, absolute; absent: a link to the layout in the store is left beside the project. */
  readonly output: string | undefined;
  /** Default: `oci-archive`. */
  readonly format: ImageFormat | undefined;
  /** Default: what the description says. */
  readonly tag: string | undefined;
  /** `NAME=VALUE`, beside those of the description. */
  readonly labels: readonly string[];
};

/**
 * `gantry image`: a container image of what was built. Which one it is and what is said of it, `describedImage.ts` knows;
 * `writeImage.ts` writes the files.
 */
export const image: Command<ImageOptions> = {
  doing: "making an image",
  details:
    "An image of the configuration's `images`, or else of a package: its program starts, as a user who is not root. " +
    "The same code gives the same bytes, so that its digest says what is in it. Without -o a link to the image layout " +
    "is left, which skopeo and podman read.",
  operands: [{ name: "NAME", summary: "the image, or the package [default: default]" }],
  options: [
    ...buildOptions,
    { name: "output", short: "o", value: "PATH", summary: "write it to this file or directory" },
    {
      name: "format",
      value: "FORMAT",
      summary: "how to write it [default: oci-archive]",
      choices: formats,
    },
    {
      name: "tag",
      value: "TAG",
      summary: "its tag, or its name and tag [default: latest]",
      check: (value) =>
        isTag(value) ? undefined : "not a tag such as `1.2` or `registry.example.org/app:1.2`",
    },
    {
      name: "label",
      value: "NAME=VALUE",
      summary: "one more label",
      repeat: true,
      check: (value) => (/^[^=]+=/.test(value) ? undefined : "not NAME=VALUE"),
    },
  ],
  examples: [
    ["gantry image -o app.tar && podman load -i app.tar", "and podman run it"],
    ["gantry image server && skopeo copy oci:result-image-server docker://ghcr.io/me/server", "push it"],
    ["gantry image --target x86_64-unknown-linux-musl", "a program that needs no libraries, alone"],
    ["gantry image --label org.opencontainers.image.revision=$(git rev-parse HEAD)", "say the commit"],
  ],
  read(args) {
    const output = args.value("output");
    return {
      name: args.operands[0],
      chosen: readSelection(args),
      output: output === undefined ? undefined : resolve(args.cwd, output),
      format: args.choice("format", formats),
      tag: args.value("tag"),
      labels: args.values("label"),
    };
  },
  async run(options, emit) {
    const { name = "default", output, format } = options;
    if (format && output === undefined) return err(formatOfNothing(format));
    const { withSession } = await import("./session.ts");
    const { describedImage } = await import("./describedImage.ts");
    const { checkOutput, summaryOf, writeImage } = await import("./writeImage.ts");
    const { leaveLink, prepareLink } = await import("./outLink.ts");
    return withSession({ ...options, repeatsWarnings: true }, emit, async (session) => {
      const step = describedImage(session.offered, name, options);
      if (!step.ok) return step;
      const link = join(session.project.root, name === "default" ? "result-image" : `result-image-${name}`);
      const to = output === undefined ? undefined : { path: output, format: format ?? "oci-archive" };
      const prepared = to ? checkOutput(to) : prepareLink(link);
      if (!prepared.ok) return prepared;
      const realised = await session.realise(step.value);
      if (!realised.ok) return realised;
      const layout = session.store.pathOf(realised.value.result.output);
      const written = to ? writeImage(layout, to) : leaveLink(link, layout);
      if (!written.ok) return written;
      if (!to) session.keep(link);
      for (const text of summaryOf(layout)) emit({ type: "note", text });
      const path = to?.path ?? layout;
      return ok({ stdout: path, finished: session.nameOf(step.value), outputs: { [name]: path } });
    });
  },
};

function formatOfNothing(format: ImageFormat) {
  return diagnostic("image-format", `\`--format ${format}\` is about a file, and none is written`, {
    help: [`say where to write it: gantry image -o PATH --format ${format}`],
    status: 2,
  });
}

/** `1.2`, or with a name before it. */
function isTag(text: string): boolean {
  return /^(?:[\w.:/-]+:)?\w[\w.-]{0,127}$/.test(text);
}
