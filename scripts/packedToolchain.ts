import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** A directory that a distribution server may have at `/dist/`, made of an installed toolchain. */
export type PackedToolchain = {
  readonly directory: string;
  /** `1.95.0`. */
  readonly version: string;
  readonly host: string;
  readonly date: string;
  /** The components that it has, as the distribution calls them, with their archives' paths below `/dist/`. */
  readonly archives: Readonly<Record<string, string>>;
  /** Components that are not installed, as they were published; empty without a network. */
  readonly further: readonly string[];
};

/**
 * Packs a toolchain of rustup's as its distribution server had it: its own manifest, with the checksums of these archives, and
 * of each component what `manifest-<component>` lists. The documentation is left out: it is 20,000 files that nobody reads here.
 *
 * @param name `1.95.0-x86_64-unknown-linux-gnu`
 */
export async function packToolchain(name: string, directory: string): Promise<PackedToolchain> {
  const from = join(process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"), "toolchains", name);
  const [, version = "", host = ""] = /^(\d+\.\d+\.\d+)-(.+)$/.exec(name) ?? [];
  const records = join(from, "lib/rustlib");
  let manifest = await readFile(join(records, "multirust-channel-manifest.toml"), "utf8");
  const date = /^date = "(.+)"$/m.exec(manifest)?.[1] ?? "";
  const listed = (await readFile(join(records, "components"), "utf8")).trim().split("\n");
  const archives: Record<string, string> = {};
  for (const component of listed.filter((each) => !each.startsWith("rust-docs"))) {
    const package_ = component.replace(`-${host}`, "");
    const path = `${date}/${package_.replace("-preview", "")}-${version}-${host}.tar.xz`;
    await pack(component, { from, to: join(directory, path), version });
    const hash = await sha256Of(join(directory, path));
    const table = `[pkg.${package_}.target.${host}]`;
    const at = manifest.indexOf(table);
    const end = manifest.indexOf("\n\n", at);
    const changed = manifest
      .slice(at, end)
      .replace(/xz_hash = ".*"/, `xz_hash = "${hash}"`)
      .replace(/xz_url = ".*"/, `xz_url = "https://static.rust-lang.org/dist/${path}"`);
    manifest = manifest.slice(0, at) + changed + manifest.slice(end);
    archives[package_] = path;
  }
  const further = [];
  for (const name of ["rust-src", "rust-std-wasm32-unknown-unknown"]) {
    const path = `${date}/${name.replace(/^(rust-(?:src|std))/, `$1-${version}`)}.tar.xz`;
    if (await fetchAsPublished(manifest, path, directory)) further.push(name);
  }
  for (const channel of [version, version.replace(/\.\d+$/, ""), "stable"])
    for (const below of ["", `${date}/`])
      await writeManifest(join(directory, `${below}channel-rust-${channel}.toml`), manifest);
  return { directory, version, host, date, archives, further };
}

async function writeManifest(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await writeFile(
    `${path}.sha256`,
    `${createHash("sha256").update(text).digest("hex")}  ${path.replace(/.*\//, "")}\n`,
  );
}

/** Brings an archive of the manifest from where it was published. False: it cannot be had. */
async function fetchAsPublished(manifest: string, path: string, directory: string): Promise<boolean> {
  const url = `https://static.rust-lang.org/dist/${path}`;
  const hash = new RegExp(`xz_url = "${url}"\nxz_hash = "(.*)"`).exec(manifest)?.[1];
  const to = join(directory, path);
  await execa("curl", ["--silent", "--fail", "--max-time", "120", "--output", to, url], { reject: false });
  return hash !== undefined && (await sha256Of(to)) === hash;
}

async function pack(
  component: string,
  { from, to, version }: { readonly from: string; readonly to: string; readonly version: string },
): Promise<void> {
  const work = `${to}.work`;
  const top = to.replace(/.*\//, "").replace(".tar.xz", "");
  const inside = join(work, top, component);
  const list = await readFile(join(from, "lib/rustlib", `manifest-${component}`), "utf8");
  for (const path of list.split("\n").flatMap((line) => /^(?:file|dir):(.+)$/.exec(line)?.[1] ?? [])) {
    await mkdir(dirname(join(inside, path)), { recursive: true });
    await execa("cp", ["-a", join(from, path), join(inside, path)]);
  }
  await writeFile(join(inside, "manifest.in"), list);
  await writeFile(join(work, top, "components"), `${component}\n`);
  await writeFile(join(work, top, "rust-installer-version"), "3\n");
  await writeFile(join(work, top, "version"), `${version}\n`);
  await execa("sh", ["-c", 'tar -cf - -C "$1" "$2" | xz -0 -T0 >"$3"', "sh", work, top, to]);
  await rm(work, { recursive: true });
}

export async function sha256Of(file: string): Promise<string> {
  if (!existsSync(file)) return "";
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
