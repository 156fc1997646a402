# A stand-in for git-hooks.nix: it keeps what it is told.
{
  outputs = _: {
    lib = builtins.listToAttrs (
      map
        (system: {
          name = system;
          value.run =
            args:
            derivation {
              name = "pre-commit-run";
              inherit system;
              builder = "/bin/sh";
            }
            // {
              call = {
                verb = "run";
                args = builtins.removeAttrs args [ "src" ];
              };
              shellHook = "echo installing the hooks";
            };
        })
        [
          "aarch64-linux"
          "x86_64-linux"
        ]
    );
  };
}
