import { parsedJson } from "../../../base/parsedJson.ts";
import { type Code, object, property } from "./code.ts";
import { saidOf, type Thunk, Unclear, type Value } from "./nix/values.ts";
import { given, inputOf, type LockedInput, type Writing } from "./writing.ts";

/** A tree: `git({ url, rev })` of an input, or a directory of the project. */
export function treeCode(w: Writing, thunk: Thunk): Code {
  const value = thunk.force();
  if (value.kind === "path") return `${given(w, "path")}(${JSON.stringify(value.path)})`;
  const repository = repositoryOf(w, value);
  if (!repository) throw new Unclear(`\`${saidOf(value)}\` is no repository at one commit`, thunk.at);
  const { url, rev, branch, tag } = repository;
  if (rev === undefined)
    throw new Unclear(
      "nothing pins the input: `nix flake lock` does, and then it is taken over; or say it by `git({ url, rev })`",
      thunk.at,
    );
  const reference =
    branch === undefined
      ? tag === undefined
        ? []
        : [property("tag", JSON.stringify(tag))]
      : [property("branch", JSON.stringify(branch))];
  const fields = object([
    property("url", JSON.stringify(url)),
    property("rev", JSON.stringify(rev)),
    ...reference,
  ]);
  return [`${given(w, "git")}(`, fields, ")"];
}

type Repository = {
  readonly url: string;
  readonly rev: string | undefined;
  readonly branch?: string;
  readonly tag?: string;
};

/** The repository of an input, as git has it (Nix manual 2.34, "Flake references"). Undefined for what is none. */
export function repositoryOf(w: Writing, value: Value): Repository | undefined {
  const of = inputOf(w, value);
  if (!of || of.path.some((name) => name !== "outPath")) return undefined;
  const locked = w.locked.get(of.input.name);
  const said = of.input.url;
  if (said === undefined) return undefined;
  const forge = /^(github|gitlab|sourcehut):([^/]+)\/([^/?]+)(?:\/([^?]+))?/.exec(said);
  if (forge) {
    const [, kind = "", owner, repo, reference = ""] = forge;
    const host = { github: "github.com", gitlab: "gitlab.com", sourcehut: "git.sr.ht" }[kind] ?? "";
    const rev = /^[0-9a-f]{40}$/.test(reference) ? reference : locked?.rev;
    return { url: `https://${host}/${owner}/${repo}`, rev };
  }
  const [, plain = "", query = ""] = /^git\+([^?]+)(?:\?(.*))?$/.exec(said) ?? [];
  if (plain === "") return undefined;
  const asked = new URLSearchParams(query);
  const ref = asked.get("ref") ?? undefined;
  const tag = ref?.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : undefined;
  return {
    url: plain,
    rev: asked.get("rev") ?? locked?.rev,
    ...(tag !== undefined ? { tag } : ref !== undefined && { branch: ref.replace(/^refs\/heads\//, "") }),
  };
}

/** What `flake.lock` pins of the flake's own inputs, by name (version 7 of the format). */
export function lockedInputs(content: string | undefined): ReadonlyMap<string, LockedInput> {
  const found = new Map<string, LockedInput>();
  const lock = content === undefined ? undefined : parsedJson(content);
  const nodes = fieldOf(lock, "nodes");
  const top = fieldOf(fieldOf(nodes, String(fieldOf(lock, "root"))), "inputs");
  if (typeof top !== "object" || top === null) return found;
  for (const [name, node] of Object.entries(top)) {
    const rev =
      typeof node === "string" ? fieldOf(fieldOf(fieldOf(nodes, node), "locked"), "rev") : undefined;
    if (typeof rev === "string") found.set(name, { rev });
  }
  return found;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
