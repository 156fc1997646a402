import { readFileSync, readlinkSync, statSync } from "node:fs";
import { byCodeUnit } from "../../base/digest.ts";
import type { ImagePhase } from "../../derivation/image.ts";
import type { Entry } from "../../oci/tar.ts";
import { walk } from "../../tree/walk.ts";

/**
 * What a tree is in an image, from its root on.
 *
 * @param place says where a path of the image leads
 */
export function entriesOf(
  tree: string,
  { isCertificates }: ImagePhase["contents"][number],
  place: (path: string) => string,
): Entry[] {
  const walked = [...walk(tree)].sort((a, b) => byCodeUnit(a.path, b.path));
  if (isCertificates)
    return certificates(
      tree,
      walked.map(({ path }) => path),
      place,
    );
  return walked.flatMap(({ path, type }): Entry[] => {
    const file = `${tree}/${path}`;
    const at = place(path);
    if (type === "directory") return at === path ? [{ type, path }] : [];
    if (type === "symlink") return [{ type, path: at, target: readlinkSync(file) }];
    const isExecutable = (statSync(file).mode & 0o111) !== 0;
    return type === "file" ? [{ type, path: at, content: { file }, isExecutable }] : [];
  });
}

/**
 * The certificates of Debian's package, as its `update-ca-certificates` writes them to the one file that programs look for:
 * here in the order of their names.
 */
function certificates(tree: string, paths: readonly string[], place: (path: string) => string): Entry[] {
  const found = paths.filter((path) => /^share\/ca-certificates\/.*\.crt$/.test(path));
  const text = found.map((path) => readFileSync(`${tree}/${path}`, "utf8").trimEnd()).join("\n");
  const path = place("etc/ssl/certs/ca-certificates.crt");
  return found.length === 0 ? [] : [{ type: "file", path, content: Buffer.from(`${text}\n`) }];
}

/** What programs expect of a system beside libraries, for an image that begins with nothing. */
export function systemFiles(user = "0:0"): Entry[] {
  const [uid = "0", gid = uid] = user.split(":");
  const isRoot = uid === "0";
  const home = isRoot ? "root" : "home/nonroot";
  const file = (path: string, lines: readonly string[]): Entry => ({
    type: "file",
    path,
    content: Buffer.from(lines.map((line) => `${line}\n`).join("")),
  });
  return [
    file("etc/group", ["root:x:0:", ...(gid === "0" ? [] : [`nonroot:x:${gid}:`])]),
    // Names of hosts first as the container's `/etc/hosts` has them.
    file("etc/nsswitch.conf", ["hosts: files dns"]),
    file("etc/passwd", [
      "root:x:0:0:root:/root:/sbin/nologin",
      ...(isRoot ? [] : [`nonroot:x:${uid}:${gid}:nonroot:/home/nonroot:/sbin/nologin`]),
    ]),
    { type: "directory", path: home, mode: 0o700, owner: Number(uid) },
    { type: "directory", path: "tmp", mode: 0o1777 },
  ];
}
