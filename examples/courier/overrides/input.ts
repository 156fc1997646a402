import { defineProject } from "gantry";

export default defineProject(({ crane, fromRepository, git }) => {
  const isMyPrivateDep = fromRepository("git.example.com/myorg/my-private-dep");
  const main = git({
    url: "ssh://git@git.example.com/myorg/my-private-dep",
    rev: "62e5c0c016f2ae4f8653c142e209eac2e712efb6",
    branch: "main",
  });
  return {
    packages: {
      default: crane.buildPackage({
        src: crane.cleanCargoSource("."),
        overrideVendorGitCheckout: (lock, checkout) =>
          isMyPrivateDep(lock) ? checkout.overrideAttrs({ src: main }) : checkout,
      }),
    },
  };
});
