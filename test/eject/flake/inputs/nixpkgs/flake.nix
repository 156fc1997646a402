# A stand-in for nixpkgs: the packages that descriptions name, and of its library what flakes call.
{
  outputs = _: {
    legacyPackages = {
      aarch64-linux = import ./. { system = "aarch64-linux"; };
      x86_64-linux = import ./. { system = "x86_64-linux"; };
    };
  };
}
