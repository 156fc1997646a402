import { accessSync, constants, readFileSync } from "node:fs";
import { canonical } from "../../base/canonical.ts";
import { asDigest, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import type { BaseHost, BaseSystem } from "./baseSystem.ts";
import { compilerMissing } from "./compilerMissing.ts";
import { packageSystem } from "./packageSystem.ts";
import { stamp } from "./stamp.ts";

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

/**
 * The base system where its files cannot be told from the rest of `/usr`: all of `/usr` is shown, and its
 * identity is that of the compiler, the linker and libc.
 */
export async function hostUsrBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const compiler = findCompiler(host.env.PATH ?? "");
  if (compiler === undefined) return err(compilerMissing(packageSystem(host.root, host.platform), ["cc"]));
  const installed = [
    "/var/lib/rpm",
    "/usr/lib/sysimage/rpm",
    "/var/lib/pacman/local",
    "/lib/apk/db/installed",
  ];
  const key = `${compiler} ${stamp([compiler, "/usr/bin/ld", "/etc/ld.so.cache", ...installed])}`;
  const known = asDigest(store.memo.get("base-host-usr", key) ?? "");
  const digest = known ?? (await identify(compiler, host.env));
  if (!known) store.memo.set("base-host-usr", key, digest);
  return ok({ digest, dir: "/usr", description: `the host's /usr, with ${compiler}`, kind: "host-usr" });
}

function findCompiler(path: string): string | undefined {
  for (const directory of path.split(":").filter((each) => each.startsWith("/"))) {
    try {
      accessSync(`${directory}/cc`, constants.X_OK);
      return `${directory}/cc`;
    } catch {}
  }
  return undefined;
}

async function identify(compiler: string, env: BaseHost["env"]): Promise<Digest> {
  const questions = [
    ...programs.map((name) => `-print-prog-name=${name}`),
    ...[...files, ...startFiles].map((name) => `-print-file-name=${name}`),
  ];
  const contents: Record<string, string> = { cc: digestOf(readFileSync(compiler)) };
  for (const question of questions) {
    const { execa } = await import("execa");
    const answer = await execa(compiler, [question], { env: { ...env }, extendEnv: false, reject: false });
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
