import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { unpackedNix } from "../../rig/nix.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { served } from "./served.ts";

const nix = unpackedNix("evaluation of NixOS modules by Nix");
afterAll(() => nix?.[Symbol.dispose]());

const golden = join(import.meta.dirname, "../../golden/flake");
const inputs = join(import.meta.dirname, "inputs");

/** What a machine would have that sets the options otherwise. */
const local = `{ inputs, pkgs, ... }:
{
  checks.other = pkgs.testers.runNixOSTest {
    name = "other";
    testScript = "";
    nodes.machine = {
      imports = [ inputs.self.nixosModules.hello ];
      services.hello = {
        enable = true;
        package = pkgs.sqlite;
        user = "greeter";
        port = 443;
        openFirewall = true;
        extraArgs = [ "--loud" ];
        environment.RUST_LOG = "debug";
        settings = { log.level = "debug"; more.of = "it"; };
        environmentFile = "/run/keys/hello";
      };
    };
  };
  checks.off = pkgs.testers.runNixOSTest {
    name = "off";
    testScript = "";
    nodes.machine.imports = [ inputs.self.nixosModules.default ];
  };
}
`;

type Machine = {
  readonly services: Readonly<Record<string, Unit>>;
  readonly firewall: Readonly<Record<string, readonly number[]>>;
};
type Unit = {
  readonly environment: Readonly<Record<string, string>>;
  readonly serviceConfig: Readonly<Record<string, unknown>>;
};

describe.runIf(nix)("services are NixOS modules, which real Nix evaluates", () => {
  test("the flake, the units of a machine with both, of one that says otherwise, and of one without", async () => {
    using project = tempProject({ ...served, "flake.local.nix": local });
    cpSync(inputs, join(project.home, "inputs"), { recursive: true });
    execFileSync("git", ["init", "-q"], { cwd: project.root });
    for (const kind of ["flake", "systemd"]) {
      const ran = await project.gantry(["eject", kind, "-q"]);
      expect({ status: ran.status, err: ran.err }).toEqual({ status: 0, err: "" });
    }
    await expect(project.read("flake.nix")).toMatchFileSnapshot(join(golden, "served.nix"));
    execFileSync("git", ["add", "--all", "--force"], { cwd: project.root });
    const given = ["nixpkgs", "crane", "flake-utils"].flatMap((name) => [
      "--override-input",
      name,
      `path:${join(project.home, "inputs", name)}`,
    ]);
    const run = async (...args: readonly string[]) => {
      const ran = await nix?.nix(project.root, ...args, ...given, "--no-write-lock-file", "--quiet");
      expect({ status: ran?.status, err: ran?.status === 0 ? "" : ran?.err }).toEqual({ status: 0, err: "" });
      return (ran?.out ?? "").replaceAll(/\/nix\/store\/[a-z0-9]{32}-/g, "/nix/store/");
    };
    const calls = "builtins.mapAttrs (_: each: each.call)";
    const [checked, evaluated] = await Promise.all([
      run("flake", "check", "--no-build", "--all-systems"),
      run("eval", "--json", ".#checks.x86_64-linux", "--apply", calls),
    ]);
    expect(checked).toBe("");
    const checks: Readonly<Record<string, { readonly machine: Machine }>> = JSON.parse(evaluated);
    await expect(`${JSON.stringify(checks, null, 2)}\n`).toMatchFileSnapshot(join(golden, "served.json"));

    for (const name of ["hello", "names"]) {
      const unit = checks[`${name}-service`]?.machine.services[name];
      expect(directivesOf(unit)).toEqual(
        withoutPlace(serviceSection(project.read(`systemd/${name}.service`))),
      );
    }
    const other = checks.other?.machine;
    expect(other?.firewall).toEqual({ allowedTCPPorts: [443], allowedUDPPorts: [] });
    expect(other?.services.hello).toMatchObject({
      environment: { RUST_LOG: "debug", BASE_URL: "http://localhost:443/%%d" },
      serviceConfig: {
        AmbientCapabilities: "CAP_NET_BIND_SERVICE",
        EnvironmentFile: "/run/keys/hello",
        ExecStart: expect.stringMatching(
          /^"\/nix\/store\/sqlite\/bin\/hello" "--config" "\/nix\/store\/hello\.toml\?.*"port\\":443.*"level\\":\\"debug\\".*"of\\":\\"it\\".*" "--listen" "\[::\]:443" "--greeting" "it's \\"you\\" for \$\$5" "--loud"$/,
        ),
        Group: "greeter",
        PrivateUsers: false,
        User: "greeter",
      },
    });
    expect(checks.off?.machine.services).toEqual({});
  });
});

/** As NixOS writes them: lists are a line each, and what is off is as if it were not said. Where programs and secrets lie is other than in a plain unit. */
function directivesOf(unit: Unit | undefined): readonly string[] {
  const { serviceConfig = {}, environment = {} } = unit ?? {};
  const { ExecStart, EnvironmentFile, ...others } = serviceConfig;
  const lines = Object.entries({
    ...others,
    Environment: Object.entries(environment).map((each) => each.join("=")),
  });
  return lines
    .flatMap(([name, value]) => [value].flat().map((each) => `${name}=${said(each)}`))
    .filter((line) => !line.endsWith("=no"))
    .toSorted();
}

function said(value: unknown): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

function serviceSection(text: string): readonly string[] {
  const [, section = ""] = /\[Service\]\n([\s\S]*?)\n\n/.exec(text) ?? [];
  return section.split("\n");
}

function withoutPlace(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => !/^(ExecStart|EnvironmentFile)=/.test(line))
    .map((line) => line.replace(/^Environment="(.*)"$/, "Environment=$1"))
    .toSorted();
}
