import { readFileSync } from "node:fs";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { refuseKilled } from "../../base/systemError.ts";
import type { BaseHost } from "./provider.ts";

/** The digest of a C compiler with what it works by: its programs, the linker, libc and the files that it links first. */
export async function identifyCompiler(compiler: string, env: BaseHost["env"]): Promise<Digest> {
  const questions = [
    ...programs.map((name) => `-print-prog-name=${name}`),
    ...[...files, ...startFiles].map((name) => `-print-file-name=${name}`),
  ];
  const contents: Record<string, string> = { cc: digestOf(readFileSync(compiler)) };
  for (const question of questions) {
    const { execa } = await import("execa");
    const answer = await execa(compiler, [question], { env: { ...env }, extendEnv: false, reject: false });
    refuseKilled(compiler, answer);
    contents[question] = contentOf(answer.stdout);
  }
  return digestOf(canonical(contents));
}

/** The compiler answers with the bare name where it does not know the file; `ld` may be only on `PATH`. */
function contentOf(answer: string): string {
  const path = answer.startsWith("/") ? answer : `/usr/bin/${answer}`;
  try {
    return digestOf(readFileSync(path));
  } catch {
    return "absent";
  }
}

/** Asked of the compiler by `-print-prog-name=`. */
const programs = ["as", "cc1", "cc1plus", "collect2", "ld"];
/** Asked of the compiler by `-print-file-name=`; what another libc calls differently is simply not found. */
const files = ["libc.so.6", "libc.so", "libm.so.6", "libgcc.a", "libgcc_s.so.1", "libstdc++.so.6"];
const startFiles = [
  "crt1.o",
  "Scrt1.o",
  "crti.o",
  "crtn.o",
  "crtbegin.o",
  "crtbeginS.o",
  "crtend.o",
  "crtendS.o",
];
