# A stand-in for Crane: each function keeps its arguments, as data, in `call`.
{
  outputs = _: {
    mkLib = pkgs: import ./lib.nix { inherit pkgs; };
  };
}
