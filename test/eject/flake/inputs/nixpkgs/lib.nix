# Functions of nixpkgs' library. A set of files is a path, or a function of a path below the root and its type.
rec {
  inherit (builtins) any;
  inherit (import ./modules.nix)
    mkDefault
    mkEnableOption
    mkIf
    mkOption
    types
    ;
  literalExpression = text: { inherit text; };
  optionalAttrs = condition: attrs: if condition then attrs else { };
  getExe' = package: name: "${package}/bin/${name}";
  isDerivation = value: value.type or null == "derivation";
  removePrefix =
    prefix: text:
    let
      length = builtins.stringLength prefix;
    in
    if builtins.substring 0 length text == prefix then
      builtins.substring length (builtins.stringLength text) text
    else
      text;
  hasSuffix =
    suffix: text:
    let
      length = builtins.stringLength text;
      own = builtins.stringLength suffix;
    in
    length >= own && builtins.substring (length - own) own text == suffix;
  cleanSourceWith =
    { src, filter }:
    let
      root = src.src or src;
      keeps = path: type: filter path type && (src.filter or (_: _: true)) path type;
    in
    {
      outPath = builtins.path {
        path = root;
        name = "source";
        filter = keeps;
      };
      src = root;
      filter = keeps;
    };
  sources.sourceFilesBySuffices =
    src: suffixes:
    cleanSourceWith {
      inherit src;
      filter = path: type: type == "directory" || any (suffix: hasSuffix suffix path) suffixes;
    };
  recursiveUpdateUntil =
    isEnd: old: new:
    builtins.zipAttrsWith
      (
        name: values:
        let
          left = builtins.elemAt values 0;
          right = builtins.elemAt values 1;
          isBoth = builtins.length values == 2 && builtins.isAttrs left && builtins.isAttrs right;
        in
        if isBoth && !(isEnd [ name ] left right) then
          recursiveUpdateUntil isEnd left right
        else
          builtins.elemAt values (builtins.length values - 1)
      )
      [
        old
        new
      ];
  fileset =
    let
      matches =
        set: path: type:
        if builtins.isFunction set then
          set path type
        else if builtins.pathExists set then
          path == toString set || removePrefix "${toString set}/" path != path
        else
          throw "there is no ${toString set}";
    in
    {
      toSource =
        { root, fileset }:
        cleanSourceWith {
          src = root;
          filter = path: type: type == "directory" || matches fileset path type;
        };
      unions =
        sets: path: type:
        any (set: matches set path type) sets;
      intersection =
        a: b: path: type:
        matches a path type && matches b path type;
      difference =
        a: b: path: type:
        matches a path type && !(matches b path type);
      fromSource =
        source: path: type:
        source.filter path type;
      fileFilter =
        keeps: root: path: type:
        matches root path type
        && keeps {
          name = baseNameOf path;
          hasExt = ending: hasSuffix ".${ending}" path;
        };
    };
}
