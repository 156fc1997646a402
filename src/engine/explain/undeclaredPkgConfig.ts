import type { Cause, Finding } from "./finding.ts";
import { inputsForPkgConfig } from "./nativeInput.ts";

/** The words of pkg-config, of pkgconf, and of the crate `pkg-config` 0.3. */
const complaints = [
  /Package '?([\w.+-]+)'? was not found in the pkg-config search path/g,
  /Package '([\w.+-]+)'(?:, required by '[^']*',)? not found/g,
  /No package '([\w.+-]+)' found/g,
  /The system library `([^`]+)` required by crate `[^`]*` was not found/g,
  /Could not run `[^`]*\bpkg-config\b[^`]*?["']?([\w.+-]+)["']?(?: >= \S+)?["']?`/g,
  /\/pkgconfig\/([\w.+-]+)\.pc["'`]?[: ].*(?:No such file|NotFound)/g,
];

/** How openssl-sys 0.9 ends, whatever it tried before. */
const withoutOpenssl = /Could not find directory of OpenSSL installation/;

/** A library that the build looks up with `pkg-config` and nobody declared, or `pkg-config` itself. */
export const undeclaredPkgConfig: Cause = ({ text }) => {
  const found = new Set(
    complaints.flatMap((complaint) => [...text.matchAll(complaint)].map((match) => match[1] ?? "")),
  );
  if (withoutOpenssl.test(text)) found.add("openssl");
  const libraries = [...found].map(
    (module): Finding => ({
      note: `the build asks \`pkg-config\` for \`${module}\`, which no declared input brings`,
      inputs: inputsForPkgConfig(module),
    }),
  );
  if (libraries.length > 0 || !/pkg-config command could not be found/.test(text)) return libraries;
  return [{ note: "the build runs `pkg-config`, which is not declared", inputs: ["pkgs.pkgConfig"] }];
};
