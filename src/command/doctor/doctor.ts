import { relative } from "node:path";
import { formatColumns } from "../../base/format.ts";
import { ok } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import type { Project } from "../../project/findProject.ts";
import type { Command, GlobalOptions } from "../command.ts";
import type { Finding } from "./finding.ts";

type DoctorOptions = { readonly json: boolean; readonly fix: boolean };

/** `gantry doctor`: compares the machine and the project's files with what builds need. Builds and downloads nothing. */
export const doctor: Command<DoctorOptions> = {
  doing: "examining the project",
  details:
    "Each line says what was found; what is not as it should be has the command that mends it. The exit status is 1 if " +
    "something is wrong, and 0 if there are only warnings.",
  options: [
    { name: "json", summary: "print the findings as JSON" },
    { name: "fix", summary: "do what is harmless: lines of .gitignore" },
  ],
  examples: [
    ["gantry doctor", "what is missing, and how it is installed"],
    ["gantry doctor --fix", "and do what needs no decision"],
  ],
  read: (args) => ({ json: args.count("json") > 0, fix: args.count("fix") > 0 }),
  async run(options, emit) {
    const found = await findings(options, emit);
    const settled = options.fix ? found.map((each) => repaired(each, emit)) : found;
    return ok({
      stdout: options.json ? findingsJson(settled) : findingsText(settled),
      ...(settled.some(({ state }) => state === "wrong") && { status: 1 }),
    });
  },
};

/** What can be looked at is looked at, also where another thing is wrong. */
async function findings(options: GlobalOptions, emit: Emit): Promise<readonly Finding[]> {
  const { findingOf, fine } = await import("./finding.ts");
  const { findProject } = await import("../../project/findProject.ts");
  const { openedStore } = await import("../open/withStore.ts");
  const opened = openedStore(options, emit);
  if (!opened.ok) return [findingOf("store", "wrong", opened.error)];
  using store = opened.value;
  const { machineFindings } = await import("./machineFindings.ts");
  const machine = await machineFindings(store, process.env);
  const project = findProject(options.cwd);
  if (!project.ok) return [...machine, findingOf("project", "wrong", project.error)];
  const { offline, signal } = options;
  const context = {
    store,
    project: project.value,
    env: process.env,
    offline,
    frozen: true,
    emit: () => {},
    signal,
  };
  const { projectFindings } = await import("./projectFindings.ts");
  const { describeProject } = await import("../open/project.ts");
  const { hookFindings } = await import("./hookFindings.ts");
  const { describedFindings } = await import("./describedFindings.ts");
  const { shellFindings } = await import("./shellFindings.ts");
  const own = await projectFindings(context);
  const offered = await describeProject(context, { args: [] });
  const described = offered.ok
    ? [
        ...(await hookFindings(project.value, offered.value, signal)),
        fine("project", describedBy(project.value)),
        ...(await describedFindings(context, offered.value)),
        ...(await shellFindings(context, offered.value)),
      ]
    : [findingOf("configuration", "wrong", offered.error)];
  return [...machine, ...described, ...own];
}

function describedBy({ root, configuration }: Project): string {
  return configuration === undefined
    ? `${root} has no configuration, and offers what any Cargo project does: gantry show`
    : `${root} is described by \`${relative(root, configuration)}\``;
}

function repaired(finding: Finding, emit: Emit): Finding {
  if (!finding.repair) return finding;
  const found = finding.repair();
  emit({ type: "note", text: found });
  return { about: finding.about, state: "ok", found, fix: [] };
}

/** As lines: what is fine first, and what is wrong last, where one looks. */
function findingsText(found: readonly Finding[]): string {
  const order = ["ok", "warning", "wrong"] as const;
  const sorted = order.flatMap((state) => found.filter((each) => each.state === state));
  const heads = formatColumns(sorted.map(({ state, about, found: text }) => [state, about, text]));
  const lines = sorted.flatMap(({ place, expected, fix }, index) => [
    heads[index] ?? "",
    ...(place === undefined ? [] : [` --> ${place}`]),
    ...(expected === undefined ? [] : [`  = note: ${expected}`]),
    ...fix.map((each) => `  = help: ${each}`),
  ]);
  const count = (state: Finding["state"]) => found.filter((each) => each.state === state).length;
  return [...lines, "", `${count("ok")} fine, ${count("warning")} to look at, ${count("wrong")} wrong`].join(
    "\n",
  );
}

function findingsJson(found: readonly Finding[]): string {
  const findings = found.map(({ repair, ...each }) => ({ ...each, isRepairable: repair !== undefined }));
  return JSON.stringify({ version: 1, findings });
}
