# nixpkgs' place is taken by corepkgs, which evaluates without the network; see scripts/testFlake.ts.
{
  outputs = _: {
    lib = (import ./. { system = "x86_64-linux"; }).lib;
    legacyPackages.x86_64-linux = import ./. { system = "x86_64-linux"; };
  };
}
