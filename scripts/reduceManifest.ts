/**
 * The manifest of a channel cut down to one platform's toolchain and two platforms to compile for, with its lines as they
 * are: what tests keep of a megabyte.
 */
export function reduceManifest(text: string, host: string): string {
  const platforms = new Set([host, "*", "wasm32-unknown-unknown", "x86_64-pc-windows-gnu"]);
  const kept = tablesOf(text).filter(({ header, body }) => {
    const [, name = "", platform] = /^\[+pkg\.([^.\]]+)(?:\.target\.("\*"|[^.\]]+))?/.exec(header) ?? [];
    if (name === "") return true;
    if (left.has(name)) return false;
    if (platform === undefined) return true;
    if (name === "rust") {
      const [, listed = "*"] = /^target = "(.*)"$/m.exec(body) ?? [];
      return platform === host && platforms.has(listed) && !lists(left, body);
    }
    return platforms.has(platform.replaceAll('"', ""));
  });
  return kept.map(({ header, body }) => `${header}${body}`).join("");
}

/** Packages that are like others, for tests. */
const left: ReadonlySet<string> = new Set([
  ...[
    "enzyme-preview",
    "gcc-x86_64-unknown-linux-gnu-preview",
    "lldb-preview",
    "llvm-bitcode-linker-preview",
  ],
  ...["offload-preview", "reproducible-artifacts", "rls", "rls-preview", "rust-docs-json-preview"],
  ...["rustc-codegen-cranelift-preview", "rustc-codegen-gcc-preview", "rustc-dev", "rustc-docs"],
]);

function lists(names: ReadonlySet<string>, body: string): boolean {
  return names.has(/^pkg = "(.*)"$/m.exec(body)?.[1] ?? "");
}

/** The tables of a document in the order of its lines; what stands before the first has no header. */
function tablesOf(text: string): { readonly header: string; readonly body: string }[] {
  return text
    .split(/^(?=\[)/m)
    .map((table) => ({ header: /^\[.*\n/.exec(table)?.[0] ?? "", body: table.replace(/^\[.*\n/, "") }));
}
