import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isImageName, isImageTag } from "../../crane/verbs/ociImage.ts";
import type { Derivation } from "../../derivation/model.ts";
import { imageOf } from "../../derivation/steps.ts";
import type { Described } from "../open/project.ts";

type Said = { readonly tag: string | undefined; readonly labels: readonly string[] };

/**
 * The step of an image: that of the description's `images`, else one of the package of that name; with what the command line
 * says of it.
 *
 * Errors: `image-unknown`, with the names that there are; `image-name`.
 */
export function describedImage(
  { images = {}, packages, usualImage }: Described,
  name: string,
  said: Said,
): Result<Derivation> {
  const described = Object.hasOwn(images, name) ? images[name] : undefined;
  const step = Object.hasOwn(packages, name) ? packages[name] : undefined;
  if (described) return withSaid(described, said);
  if (step) return withSaid(usualImage(step), said);
  const names = [...new Set([...Object.keys(images), ...Object.keys(packages)])];
  const guess = nearest(name, names);
  return err(
    diagnostic("image-unknown", `the project has no image and no package \`${name}\``, {
      notes: [`it has ${backticked(names)}`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see what there is: gantry show"],
      status: 2,
    }),
  );
}

function withSaid(step: Derivation, { tag, labels }: Said): Result<Derivation> {
  const phase = imageOf(step);
  if (!phase || (tag === undefined && labels.length === 0)) return ok(step);
  const [named, tagged] = tag === undefined ? [phase.name, phase.tag] : nameAndTag(tag, phase.name);
  if (!isImageName(named) || !isImageTag(tagged))
    return err(
      diagnostic("image-name", `\`${tag}\` is not how a registry names an image`, {
        help: ["for example: --tag registry.example.org/team/server:1.2"],
        status: 2,
      }),
    );
  const more = Object.fromEntries(
    labels.map((label) => [label.replace(/=.*/s, ""), label.replace(/^[^=]*=/, "")]),
  );
  const config = { ...phase.config, Labels: { ...phase.config.Labels, ...more } };
  return ok({ ...step, phases: [{ ...phase, name: named, tag: tagged, config }] });
}

/** `1.2` is a tag alone. */
function nameAndTag(text: string, name: string): readonly [name: string, tag: string] {
  const colon = text.lastIndexOf(":");
  return colon === -1 ? [name, text] : [text.slice(0, colon), text.slice(colon + 1)];
}
