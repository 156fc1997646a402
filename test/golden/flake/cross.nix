# Written by `gantry eject flake`. Do not edit: change the description and run it again.
{
  description = "tool";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    rust-overlay = {
      url = "github:oxalica/rust-overlay";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    flake-utils.url = "github:numtide/flake-utils";
  };

  outputs =
    {
      self,
      nixpkgs,
      crane,
      rust-overlay,
      flake-utils,
      ...
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = import nixpkgs {
          inherit system;
          overlays = [ (import rust-overlay) ];
        };

        muslCc = pkgs.pkgsCross.musl64.stdenv.cc;

        aarch64Cc = pkgs.pkgsCross.aarch64-multiplatform.stdenv.cc;

        windowsCc = pkgs.pkgsCross.mingwW64.stdenv.cc;

        rustToolchain = pkgs.rust-bin.stable."1.95.0".minimal.override {
          targets = [
            "x86_64-unknown-linux-musl"
            "aarch64-unknown-linux-gnu"
            "x86_64-pc-windows-gnu"
          ];
        };

        craneLib = (crane.mkLib pkgs).overrideToolchain rustToolchain;

        src = craneLib.cleanCargoSource ./.;

        commonArgs = {
          inherit src;
          strictDeps = true;
          doCheck = false;
        };

        tool = craneLib.buildPackage commonArgs;

        musl = craneLib.buildPackage (
          commonArgs
          // {
            env = {
              CARGO_BUILD_TARGET = "x86_64-unknown-linux-musl";
              CC_x86_64_unknown_linux_musl = "${muslCc}/bin/${muslCc.targetPrefix}cc";
            };
          }
        );

        arm = craneLib.buildPackage (
          commonArgs
          // {
            env = {
              CARGO_BUILD_TARGET = "aarch64-unknown-linux-gnu";
              CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}cc";
              CC_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}cc";
              CXX_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}c++";
              AR_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}ar";
              CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER = "${pkgs.qemu}/bin/qemu-aarch64";
            };
          }
        );

        windows = craneLib.buildPackage (
          commonArgs
          // {
            cargoExtraArgs = "--locked --target x86_64-pc-windows-gnu";
            env = {
              CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER = "${windowsCc}/bin/${windowsCc.targetPrefix}cc";
              CC_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}cc";
              CXX_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}c++";
              AR_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}ar";
              CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS = "-L native=${pkgs.pkgsCross.mingwW64.windows.pthreads}/lib";
            };
          }
        );
      in
      {
        packages = {
          default = tool;
          inherit musl arm windows;
        };

        apps.default = flake-utils.lib.mkApp { drv = tool; };

        devShells.default = craneLib.devShell {
          inputsFrom = [
            tool
            musl
            arm
            windows
          ];
          env = {
            CARGO_BUILD_TARGET = "x86_64-unknown-linux-musl";
            CC_x86_64_unknown_linux_musl = "${muslCc}/bin/${muslCc.targetPrefix}cc";
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}cc";
            CC_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}cc";
            CXX_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}c++";
            AR_aarch64_unknown_linux_gnu = "${aarch64Cc}/bin/${aarch64Cc.targetPrefix}ar";
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER = "${pkgs.qemu}/bin/qemu-aarch64";
            CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER = "${windowsCc}/bin/${windowsCc.targetPrefix}cc";
            CC_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}cc";
            CXX_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}c++";
            AR_x86_64_pc_windows_gnu = "${windowsCc}/bin/${windowsCc.targetPrefix}ar";
            CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS = "-L native=${pkgs.pkgsCross.mingwW64.windows.pthreads}/lib";
          };
        };

        formatter = pkgs.nixfmt;
      }
    );
}
