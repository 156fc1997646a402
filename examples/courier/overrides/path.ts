import { defineProject } from "gantry";

export default defineProject(({ crane, fromRepository, path }) => {
  const isMyPrivateDep = fromRepository("git.example.com/myorg/my-private-dep");
  return {
    packages: {
      default: crane.buildPackage({
        src: crane.cleanCargoSource("."),
        overrideVendorGitCheckout: (lock, checkout) =>
          isMyPrivateDep(lock) ? checkout.overrideAttrs({ src: path("../my-private-dep") }) : checkout,
      }),
    },
  };
});
