# A stand-in for the module system of nixpkgs' library, and for the few options of NixOS that modules of services set.
let
  inherit (builtins)
    all
    attrNames
    concatMap
    filter
    foldl'
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isString
    length
    listToAttrs
    map
    mapAttrs
    replaceStrings
    toJSON
    zipAttrsWith
    ;
  kindOf = value: value._type or null;
  override = priority: content: {
    _type = "override";
    inherit priority content;
  };
  # The values of a definition that hold, with their priorities.
  held =
    definition:
    if kindOf definition == "if" then
      if definition.condition then held definition.content else [ ]
    else if kindOf definition == "override" then
      map (each: each // { inherit (definition) priority; }) (held definition.content)
    else
      [
        {
          priority = 100;
          value = definition;
        }
      ];
  winners =
    definitions:
    let
      found = concatMap held definitions;
      first = foldl' (a: each: if each.priority < a then each.priority else a) 9999 found;
    in
    map (each: each.value) (filter (each: each.priority == first) found);
  merged =
    type: path: definitions:
    let
      values = winners definitions;
    in
    if all type.check values then type.merge path values else throw "${path} is no ${type.name}";
  # A condition over a set holds for each of its attributes: what they are called does not depend on it.
  parts =
    definition:
    if kindOf definition == "if" || kindOf definition == "override" then
      map (mapAttrs (_: content: definition // { inherit content; })) (parts definition.content)
    else
      [ definition ];
  ofTree =
    path: options: definitions:
    if kindOf options == "option" then
      if winners definitions != [ ] then
        merged options.type path definitions
      else
        options.default or (throw "${path} is used and not defined")
    else
      let
        given = concatMap parts definitions;
        unknown = filter (name: !(options ? ${name})) (concatMap attrNames given);
      in
      if unknown != [ ] then
        throw "the option ${path}.${head unknown} does not exist"
      else
        mapAttrs (
          name: option:
          ofTree "${path}.${name}" option (
            concatMap (each: if each ? ${name} then [ each.${name} ] else [ ]) given
          )
        ) options;
  merge =
    a: b:
    a
    // mapAttrs (
      name: value:
      if a ? ${name} && isAttrs value && kindOf value != "option" then merge a.${name} value else value
    ) b;
  evaluated =
    arguments: module:
    let
      collect =
        given:
        let
          module = if isFunction given then given (arguments // { inherit config; }) else given;
        in
        [ module ] ++ concatMap collect (module.imports or [ ]);
      modules = collect module;
      options = foldl' merge { } (map (each: each.options or { }) modules);
      definitions = map (
        each:
        each.config or (removeAttrs each [
          "imports"
          "options"
        ])
      ) modules;
      config = ofTree "config" options definitions;
    in
    config;
  simple = name: check: {
    inherit name check;
    merge = path: values: if length values == 1 then head values else throw "${path} is defined twice";
  };
  attrsOf = item: {
    name = "set";
    check = isAttrs;
    merge =
      path: values:
      let
        definitions = zipAttrsWith (_: given: given) (concatMap parts values);
        there = filter (name: winners definitions.${name} != [ ]) (attrNames definitions);
      in
      listToAttrs (
        map (name: {
          inherit name;
          value = merged item "${path}.${name}" definitions.${name};
        }) there
      );
  };
  listOf = item: {
    name = "list";
    check = isList;
    merge = path: values: map (each: merged item path [ each ]) (builtins.concatLists values);
  };
  path = simple "path" (value: isString value || builtins.isPath value || value ? outPath);
  types = {
    inherit attrsOf listOf path;
    bool = simple "bool" isBool;
    str = simple "string" isString;
    port = simple "port" (value: isInt value && value >= 0 && value <= 65535);
    package = simple "package" (value: value.type or null == "derivation");
    nullOr = item: item // { check = value: value == null || item.check value; };
    anything = {
      name = "anything";
      check = _: true;
      merge =
        path: values:
        if all (each: isAttrs each && !(each ? outPath)) values then
          (attrsOf types.anything).merge path values
        else
          head values;
    };
  };
  mkOption = fields: fields // { _type = "option"; };
  mkEnableOption =
    name:
    mkOption {
      type = types.bool;
      default = false;
      description = "Whether to enable ${name}.";
    };
  nixos = {
    options = {
      systemd.services = mkOption {
        type = attrsOf (attrsOf types.anything);
        default = { };
      };
      networking.firewall.allowedTCPPorts = mkOption {
        type = listOf types.port;
        default = [ ];
      };
      networking.firewall.allowedUDPPorts = mkOption {
        type = listOf types.port;
        default = [ ];
      };
      environment.systemPackages = mkOption {
        type = listOf types.package;
        default = [ ];
      };
    };
  };
in
{
  inherit mkEnableOption mkOption types;
  mkDefault = override 1000;
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  # What a machine with a module is: its units, and what else modules of services set.
  machineOf =
    pkgs: module:
    let
      utils.escapeSystemdExecArgs =
        words:
        builtins.concatStringsSep " " (
          map (each: replaceStrings [ "%" "$" ] [ "%%" "$$" ] (toJSON each)) words
        );
      config = evaluated {
        inherit pkgs utils;
        inherit (pkgs) lib;
      } { imports = [ nixos module ]; };
    in
    {
      inherit (config.systemd) services;
      inherit (config.networking) firewall;
      packages = map toString config.environment.systemPackages;
    };
}
