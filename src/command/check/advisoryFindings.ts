import type { Evidence, Finding, Found } from "./evidence.ts";

/** What cargo-audit and cargo-deny found in the crates of the lock: advisories, and what `deny.toml` does not allow. */
export function advisoryFindings({ step, lines, locate }: Evidence): Partial<Found> {
  const words = step.phases.flatMap((phase) => (phase.type === "run" ? phase.argv : []));
  const file = locate("Cargo.lock");
  const place = file === undefined ? {} : { place: { file, line: 1 } };
  const findings = [
    ...(words.includes("audit") ? audited(lines) : []),
    ...(words.includes("deny") ? denied(lines) : []),
  ];
  return { findings: findings.map((finding) => ({ ...finding, ...place })) };
}

/**
 * The report of cargo-audit 0.22: for each advisory lines with names, then the way from the packages to the crate. One with a
 * `Warning` fails nothing, unless `--deny` makes it.
 */
function audited(lines: readonly string[]): Finding[] {
  return blocksOf(lines, /^Crate: /).flatMap((block) => {
    const said = new Map(named(block));
    const [crate, version, id] = [said.get("Crate"), said.get("Version"), said.get("ID")];
    if (crate === undefined || version === undefined || id === undefined) return [];
    const url = said.get("URL");
    return [
      {
        tool: "cargo-audit",
        level: said.has("Warning") ? "warning" : "error",
        rule: id,
        ...(url !== undefined && { url }),
        message: messageOf({
          id,
          crate,
          version,
          title: said.get("Title"),
          remedy: said.get("Solution") ?? said.get("Warning"),
        }),
        text: block.join("\n").trimEnd(),
      },
    ];
  });
}

function named(block: readonly string[]): [string, string][] {
  return block.flatMap((line) => {
    const [, name, value] = /^([A-Z]\w+): +(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as [string, string]];
  });
}

/** The diagnostics of cargo-deny 0.20: what it is, the line of the lock, and remarks below it. */
function denied(lines: readonly string[]): Finding[] {
  return blocksOf(lines, /^(?:error|warning)\[/).flatMap((block) => {
    const [, level, rule, title] = /^(error|warning)\[([\w-]+)\]: (.*)$/.exec(block[0] ?? "") ?? [];
    const isError = level === "error";
    if (rule !== undefined && title !== undefined && !aboutAdvisories.has(rule)) {
      const text = block.join("\n").trimEnd();
      return [{ tool: "cargo-deny", level: isError ? "error" : "warning", rule, message: title, text }];
    }
    const [, crate, version] =
      block.map((line) => /^ *\d+ │ (\S+) (\S+) /.exec(line)).find((match) => match) ?? [];
    const remark = (name: string) =>
      block.flatMap((line) => new RegExp(`^ *├ ${name}: (.*)$`).exec(line)?.[1] ?? [])[0];
    const [id, url] = [remark("ID"), remark("Advisory")];
    if (level === undefined || crate === undefined || version === undefined || id === undefined) return [];
    return [
      {
        tool: "cargo-deny",
        level: isError ? "error" : "warning",
        rule: id,
        ...(url !== undefined && { url }),
        message: messageOf({ id, crate, version, title, remedy: remark("Solution") }),
        text: block.join("\n").trimEnd(),
      },
    ];
  });
}

const aboutAdvisories: ReadonlySet<string> = new Set(["vulnerability", "unmaintained", "unsound", "notice"]);

/** The lines from each that begins something up to the next empty one. */
function blocksOf(lines: readonly string[], begins: RegExp): string[][] {
  return lines.flatMap((line, at) => {
    if (!begins.test(line)) return [];
    const rest = lines.slice(at);
    const end = rest.indexOf("");
    return [end === -1 ? rest : rest.slice(0, end)];
  });
}

type Advisory = {
  readonly id: string;
  readonly crate: string;
  readonly version: string;
  readonly title: string | undefined;
  readonly remedy: string | undefined;
};

function messageOf({ id, crate, version, title = "", remedy }: Advisory): string {
  const heals = remedy === undefined ? "" : `: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`;
  return `${id} is about \`${crate}\` ${version}, ${title}${heals}`;
}
