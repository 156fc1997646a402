{
  overlays ? [ ],
  ...
}@args:
import ./core (args // { overlays = [ (import ./more.nix) ] ++ overlays; })
