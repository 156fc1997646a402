/** What a stub is compiled to: a program, a library for other crates, or one that is linked by itself. */
export type StubKind = "program" | "library" | "linked-library";

/**
 * Rust that compiles in every edition, without warnings, and on bare-metal targets, where there is no `std`
 * and whatever is linked must bring a panic handler. Not by `#![no_std]` everywhere: a program that does
 * without `std` does not link on other systems.
 *
 * No stub uses a dependency, so none is linked into it, and their panic handlers do not clash with this one.
 */
export function stubText(kind: StubKind): string {
  const attributes = kind === "program" ? "no_std, no_main" : "no_std";
  const lines = [
    "//! Stands for the project's own code while its dependencies are built.",
    "",
    "#![allow(unused_crate_dependencies)]",
    `#![cfg_attr(target_os = "none", ${attributes})]`,
  ];
  if (kind !== "library") lines.push("", ...panicHandler);
  if (kind === "program") lines.push("", '#[cfg(not(target_os = "none"))]', "fn main() {}");
  return `${lines.join("\n")}\n`;
}

const panicHandler = [
  '#[cfg(target_os = "none")]',
  "#[panic_handler]",
  "fn panic(_: &core::panic::PanicInfo<'_>) -> ! {",
  "    loop {}",
  "}",
];
