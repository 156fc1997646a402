# A stand-in for flake-utils.
{
  outputs = _: {
    lib = {
      eachDefaultSystem =
        f:
        let
          systems = [
            "aarch64-linux"
            "x86_64-linux"
          ];
          outputs = map (system: builtins.mapAttrs (_: value: { ${system} = value; }) (f system)) systems;
        in
        builtins.zipAttrsWith (_: builtins.foldl' (all: each: all // each) { }) outputs;
      mkApp =
        {
          drv,
          name ? drv.pname,
        }:
        {
          type = "app";
          program = "${drv}/bin/${name}";
        };
    };
  };
}
