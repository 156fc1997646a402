import { posix } from "node:path";
import type { Manifest } from "../../cargo/manifest.ts";
import { workspaceMembers } from "../../cargo/workspaceMembers.ts";
import { workspaceRootOf } from "../../cargo/workspaceRootOf.ts";
import type { Checkout } from "./checkout.ts";

/** A package of a checkout. */
export type FoundPackage = {
  readonly name: string;
  readonly version: string;
  /** Relative to the checkout, which is `.` itself. */
  readonly directory: string;
  readonly manifest: Manifest;
  /** What it inherits from; its own manifest where there is nothing to inherit. */
  readonly root: Manifest;
  /** The directories of the packages of its workspace. */
  readonly members: readonly string[];
};

/**
 * The packages of a checkout that have a name. A repository may have several (one of them test data): those that
 * their workspace counts among its members come first, then those higher up. Manifests that cannot be read are
 * passed over, as Cargo does (1.95).
 */
export function findPackages(name: string, checkout: Checkout): FoundPackage[] {
  const found = checkout.mentioning(name).flatMap((directory) => describe(name, directory, checkout));
  const isMember = ({ directory, members }: FoundPackage) => members.includes(directory);
  return [...found.filter(isMember), ...found.filter((one) => !isMember(one))];
}

function describe(name: string, directory: string, { manifests }: Checkout): FoundPackage[] {
  const manifest = manifests.read(directory);
  if (!manifest.ok || manifest.value.package?.name !== name) return [];
  const at = workspaceRootOf(directory, manifest.value, manifests);
  const above = at.ok && at.value !== undefined ? at.value : directory;
  const read = manifests.read(above);
  const root = read.ok ? read.value : manifest.value;
  const { version = "0.0.0" } = manifest.value.package;
  const inherited = root.workspace?.package.version;
  return [
    {
      name,
      version: typeof version === "string" ? version : typeof inherited === "string" ? inherited : "0.0.0",
      directory,
      manifest: manifest.value,
      root,
      members: membersOf(above, root, { manifests }),
    },
  ];
}

function membersOf(above: string, root: Manifest, { manifests }: Pick<Checkout, "manifests">): string[] {
  const directories = manifests.directories.map((each) => posix.relative(above, each) || ".");
  const members = workspaceMembers(root, {
    directories,
    read: (directory) => manifests.read(posix.join(above, directory)),
  });
  return members.ok ? members.value.map(({ directory }) => posix.join(above, directory)) : [];
}
