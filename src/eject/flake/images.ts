import { callOf } from "../../crane/arguments/calls.ts";
import type { OciImageArgs, OciImageConfig } from "../../crane/verbs/ociImage.ts";
import type { Derivation } from "../../derivation/model.ts";
import { attribute, attrs, type Binding, bind, list, type Nix, call as nixCall, string } from "../nix/nix.ts";
import { stepOf } from "./describedSteps.ts";
import { programOf } from "./programs.ts";
import { cannot, type Scope, withoutIt } from "./scope.ts";
import { sourceWord } from "./sources.ts";
import type { SaidSteps } from "./steps.ts";
import { type For, nativeWords, valueText } from "./values.ts";

/** The steps that images hold, by where they stand. */
export function imageSteps(
  images: Readonly<Record<string, Derivation>>,
): Readonly<Record<string, Derivation>> {
  const steps = Object.entries(images).flatMap(([name, image]) => {
    const { contents = [] } = (callOf(image)?.args ?? {}) as Partial<OciImageArgs>;
    return contents.flatMap((each, index) =>
      each.type === "derivation" ? [[`images.${name}.contents[${index}]`, each] as const] : [],
    );
  });
  return Object.fromEntries(steps);
}

/**
 * Images by `dockerTools.buildLayeredImage`, as packages: `nix build .#NAME-image`, whose result `podman load` and `docker load`
 * take. Labels are those that the description says.
 */
export function imageBindings(
  scope: Scope,
  images: Readonly<Record<string, Derivation>>,
  said: SaidSteps,
): readonly Binding[] {
  return Object.entries(images).map(([name, image]) => {
    const step = stepOf(image);
    const output = name === "default" ? "image" : `${name}-image`;
    if (step?.call.verb !== "ociImage")
      return bind(
        attribute(output),
        cannot(scope, `\`images.${name}\` is not what \`crane.ociImage\` gave`, {
          help: [withoutIt(`images.${name}`)],
        }),
      );
    const args = step.call.args as OciImageArgs;
    return bind(attribute(output), imageOf(scope, args, { name, image, said }));
  });
}

type Imaged = { readonly name: string; readonly image: Derivation; readonly said: SaidSteps };

function imageOf(scope: Scope, args: OciImageArgs, { name, image, said }: Imaged): Nix {
  const call = callOf(image);
  const { contents, tag, fromImage, config = {} } = args;
  if (fromImage !== undefined)
    cannot(scope, "`fromImage` of `ociImage` has no counterpart in a flake", {
      call,
      notes: [
        "Nix downloads nothing whose hash it does not know, and that of an image is no digest of a registry's",
      ],
      help: ["`dockerTools.pullImage` in flake.local.nix", withoutIt(`images.${name}`)],
    });
  const context = call?.context;
  const items = contents.flatMap((each): readonly Nix[] => {
    if (each.type === "derivation") return [said.expression(each)];
    if (each.type === "native") return nativeWords(scope, each, call);
    return context ? [sourceWord(scope, said.libOf(context).lib, each)] : [];
  });
  const phase = image.phases.find((each) => each.type === "image");
  const of: For = { what: "`config` of `ociImage`", call, packages: [] };
  return nixCall(
    "pkgs.dockerTools.buildLayeredImage",
    attrs([
      bind("name", string(args.name ?? (phase?.type === "image" ? phase.name : name))),
      bind("tag", string(tag ?? "latest")),
      bind("contents", list(items)),
      bind(
        "config",
        attrs(configBindings(scope, { config, contents, of, isBased: fromImage !== undefined })),
      ),
    ]),
  );
}

type Configured = {
  readonly config: OciImageConfig;
  readonly contents: OciImageArgs["contents"];
  readonly of: For;
  readonly isBased: boolean;
};

function configBindings(scope: Scope, { config, contents, of, isBased }: Configured): readonly Binding[] {
  const words = (all: readonly string[]) => list(all.map((each) => valueText(scope, each, of)));
  const keys = (all: readonly string[]) => attrs(all.map((each) => bind(attribute(each), attrs([]))));
  const { Entrypoint = entrypointOf(scope, contents), Cmd, Env, ExposedPorts, Labels, Volumes } = config;
  const { User = isBased ? undefined : "65532:65532", StopSignal, WorkingDir } = config;
  const said = (name: string, value: Nix | undefined): readonly Binding[] =>
    value ? [bind(name, value)] : [];
  const ports = ExposedPorts?.map((port) => (/\//.test(String(port)) ? String(port) : `${port}/tcp`));
  return [
    ...said("Entrypoint", Entrypoint && words(Entrypoint)),
    ...said("Cmd", Cmd && words(Cmd)),
    ...said("Env", Env && words(Object.entries(Env).map(([name, value]) => `${name}=${value}`))),
    ...said("ExposedPorts", ports && keys(ports)),
    ...said(
      "Labels",
      Labels && attrs(Object.entries(Labels).map(([name, text]) => bind(attribute(name), string(text)))),
    ),
    ...said("User", User === undefined ? undefined : string(User)),
    ...said("Volumes", Volumes && keys(Volumes)),
    ...said("WorkingDir", WorkingDir === undefined ? undefined : string(WorkingDir)),
    ...said("StopSignal", StopSignal === undefined ? undefined : string(StopSignal)),
  ];
}

/** The program of the first step, which lies in the image as it does in its output. */
function entrypointOf(scope: Scope, contents: OciImageArgs["contents"]): readonly string[] | undefined {
  const [first] = contents.filter((each) => each.type === "derivation");
  const program = first && programOf(scope, first);
  return program === undefined ? undefined : [`/bin/${program}`];
}
