{
  pkgs,
  toolchain ? null,
  registries ? [ ],
}:
let
  # All of it is evaluated, functions excepted.
  data =
    value:
    if builtins.isFunction value then
      "a function"
    else if builtins.isList value then
      map data value
    else if value ? call then
      value.call
    else if value ? said then
      value.said
    else if value ? outPath then
      "${value}"
    else if builtins.isAttrs value then
      builtins.mapAttrs (_: data) value
    else if builtins.isPath value then
      "${value}"
    else
      value;
  step =
    verb: args:
    let
      manifest = (args.src.src or args.src) + "/Cargo.toml";
      call = {
        inherit verb;
        args = data args;
        toolchain = data toolchain;
      }
      // (if registries == [ ] then { } else { inherit registries; });
    in
    derivation {
      name = verb;
      system = pkgs.system;
      builder = "/bin/sh";
      # Without what it depends on, which is in no store as long as nothing is built.
      evaluated = builtins.unsafeDiscardStringContext (builtins.toJSON call);
    }
    // {
      inherit call args;
      pname =
        args.pname or (
          if builtins.pathExists manifest then
            (builtins.fromTOML (builtins.readFile manifest)).package.name or "workspace"
          else
            "crate"
        );
    };
  steps = builtins.listToAttrs (
    map
      (name: {
        inherit name;
        value = step name;
      })
      [
        "buildDepsOnly"
        "buildPackage"
        "buildTrunkPackage"
        "cargoAudit"
        "cargoBuild"
        "cargoClippy"
        "cargoDeny"
        "cargoDoc"
        "cargoDocTest"
        "cargoFmt"
        "cargoLlvmCov"
        "cargoNextest"
        "cargoTarpaulin"
        "cargoTest"
        "mkCargoDerivation"
        "taploFmt"
      ]
  );
  isRead =
    path:
    builtins.any (ending: pkgs.lib.hasSuffix ending path) [
      ".rs"
      ".toml"
      "Cargo.lock"
    ];
  # What an override is asked about, and what it says.
  asked =
    label: override: entry:
    let
      given = {
        inherit label;
        overrideAttrs = f: given // { attrs = data (f given); };
      };
    in
    (override entry given).attrs or "as it is";
  vendored =
    args:
    let
      inherit (builtins)
        fromTOML
        groupBy
        filter
        mapAttrs
        match
        readFile
        replaceStrings
        ;
      decoded = text: replaceStrings [ "%2F" ] [ "/" ] text;
      packages =
        map (each: each // { source = decoded (each.source or ""); })
          (fromTOML (readFile ((args.src.src or args.src) + "/Cargo.lock"))).package;
      isGit = each: match "git.*" each.source != null;
      ofGit = groupBy (each: each.source) (filter isGit packages);
      ofRegistries = groupBy (each: each.name) (
        filter (each: each.source != "" && !(isGit each)) packages
      );
    in
    {
      outPath = "vendored";
      call = {
        checkouts = mapAttrs (source: asked source (args.overrideVendorGitCheckout or (_: drv: drv))) ofGit;
        packages = mapAttrs (
          name: entries: asked name (args.overrideVendorCargoPackage or (_: drv: drv)) (builtins.head entries)
        ) ofRegistries;
      };
    };
in
steps
// {
  overrideToolchain = toolchain: import ./lib.nix { inherit pkgs toolchain; };
  cleanCargoSource =
    root:
    pkgs.lib.cleanSourceWith {
      src = root;
      filter = path: type: type == "directory" || isRead path;
    };
  fileset.commonCargoSources =
    root: path: _:
    isRead path;
  appendCrateRegistries = registries: import ./lib.nix { inherit pkgs toolchain registries; };
  registryFromDownloadUrl = { dl, indexUrl }: "${indexUrl} ${dl}";
  registryFromSparse = { indexUrl, configSha256 }: "${indexUrl} ${configSha256}";
  mkDummySrc = { src }: "dummy of ${src}";
  findCargoFiles = src: { cargoConfigs = [ ]; };
  vendorCargoDeps = vendored;
  vendorMultipleCargoDeps = args: {
    outPath = "vendored";
    call = data args;
  };
  # As nixpkgs' `mkShell`: the inputs of others and their hooks, but not their variables.
  devShell =
    {
      checks ? { },
      inputsFrom ? [ ],
      packages ? [ ],
      env ? { },
      shellHook ? "",
    }:
    let
      from = builtins.attrValues checks ++ inputsFrom;
      inputs = each: each.args.nativeBuildInputs or [ ] ++ each.args.buildInputs or [ ];
      hooks = map (each: each.shellHook or "") from ++ [ shellHook ];
      all = packages ++ builtins.concatMap inputs from;
    in
    derivation (
      env
      // {
        name = "shell";
        system = pkgs.system;
        builder = "/bin/bash";
        outputs = [ "out" ];
        stdenv = ./stdenv;
        PATH = "/usr/bin";
        packages = all;
        shellHook = builtins.concatStringsSep "\n" (builtins.filter (hook: hook != "") hooks);
      }
    )
    // {
      call = {
        verb = "devShell";
        env = data env;
        packages = map data all;
        hooks = builtins.filter (hook: hook != "") hooks;
      };
    };
}
