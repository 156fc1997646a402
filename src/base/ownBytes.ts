import { readFileSync } from "node:fs";

/**
 * How a program is started so that it gets variables of this process as they are, also values that are no UTF-8. Node has only
 * texts of them, with U+FFFD for what it could not read, and would hand that on (24). So a shell says the bytes again, where
 * there are such values; whatever changed is left as it is.
 *
 * @param env what the program is started with
 * @returns the words to start
 * @example
 * keepingBytes(["env"], process.env) // ["env"], or ["/bin/sh", "-c", 'NAME="$(printf …)" …', "sh", "env"]
 */
export function keepingBytes(
  argv: readonly string[],
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): readonly string[] {
  if (!Object.values(env).some((value) => value?.includes("\ufffd"))) return argv;
  const said = bytesOfVariables().filter(
    ({ name, value }) => env[name] === value.toString() && !Buffer.from(value.toString()).equals(value),
  );
  if (said.length === 0) return argv;
  const lines = said.map(({ name, value }) => `export ${name}="${shellText(value)}"`);
  return ["/bin/sh", "-c", `${lines.join("\n")}\nexec "$@"`, "sh", ...argv];
}

type Variable = { readonly name: string; readonly value: Buffer };

/** Those with which this process was started, as far as a shell can set them. */
function bytesOfVariables(): readonly Variable[] {
  const variables: Variable[] = [];
  const all = environment();
  for (let at = 0; at < all.length; ) {
    const end = all.indexOf(0, at);
    const entry = all.subarray(at, end === -1 ? undefined : end);
    const equals = entry.indexOf("=");
    const name = entry.subarray(0, equals).toString();
    if (equals > 0 && /^[A-Za-z_]\w*$/.test(name))
      variables.push({ name, value: entry.subarray(equals + 1) });
    at += entry.length + 1;
  }
  return variables;
}

function environment(): Buffer {
  try {
    return readFileSync("/proc/self/environ");
  } catch {
    return Buffer.alloc(0);
  }
}

/** Within double quotes. What is printed loses its last line ends, so these stand behind it. */
function shellText(value: Buffer): string {
  const text = value.toString("latin1");
  const body = text.replace(/\n+$/, "");
  const format = body.replace(
    /[^\w./:=,@+-]/g,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  return `$(printf -- '${format}')${text.slice(body.length)}`;
}
