import type { Cause, Finding } from "./finding.ts";

/** The words of Cargo, rustup's proxies and rustc, up to Rust 1.95. */
const complaints = [
  /no such command: `(clippy|fmt|miri)`/g,
  /'(?:cargo-)?(clippy|fmt|miri)(?:\.exe)?' is not installed for the toolchain/g,
  /'(rustfmt|clippy-driver|rustdoc|llvm-\w+)(?:\.exe)?' is not installed for the toolchain/g,
  /could not execute process `(rustfmt|clippy-driver)\b/g,
  /failed to find (llvm-(?:profdata|cov))/g,
];

const components: Readonly<Record<string, string>> = {
  fmt: "rustfmt",
  "clippy-driver": "clippy",
  rustdoc: "rustc",
};

const missingTarget = /the `([\w.-]+)` target may not be installed/g;

/** A part of the toolchain that was not asked for: a component, or a target's standard library. */
export const missingComponent: Cause = ({ text }) => {
  const named = complaints.flatMap((complaint) =>
    [...text.matchAll(complaint)].map((match) => match[1] ?? ""),
  );
  const wanted = new Set(
    named.map((name) => (name.startsWith("llvm-") ? "llvm-tools" : (components[name] ?? name))),
  );
  const targets = new Set([...text.matchAll(missingTarget)].map((match) => match[1] ?? ""));
  return [
    ...[...wanted].map((name) =>
      lacking(`the component \`${name}\``, "components", { name, add: "component" }),
    ),
    ...[...targets].map((name) =>
      lacking(`the standard library of \`${name}\``, "targets", { name, add: "target" }),
    ),
  ];
};

function lacking(what: string, key: string, { name, add }: { name: string; add: string }): Finding {
  return {
    note: `the toolchain lacks ${what}`,
    help: `in \`rust-toolchain.toml\`, below \`[toolchain]\`: ${key} = ["${name}"], and: rustup ${add} add ${name}`,
  };
}
