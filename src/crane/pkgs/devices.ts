import { toPackage } from "./toPackage.ts";

/** Devices and the services that speak for them. */
export const devices = {
  udev: toPackage({
    name: "udev",
    pkgConfig: ["libudev"],
    names: {
      nixpkgs: "udev",
      apt: "libudev-dev",
      dnf: "systemd-devel",
      pacman: "systemd-libs",
      apk: "eudev-dev",
    },
  }),
  systemd: toPackage({
    name: "systemd",
    pkgConfig: ["libsystemd"],
    names: { nixpkgs: "systemd", apt: "libsystemd-dev", dnf: "systemd-devel", pacman: "systemd-libs" },
  }),
  dbus: toPackage({
    name: "dbus",
    pkgConfig: ["dbus-1"],
    names: {
      nixpkgs: "dbus",
      apt: "libdbus-1-dev",
      dnf: "dbus-devel",
      pacman: "dbus",
      apk: "dbus-dev",
      brew: "dbus",
    },
  }),
  libusb: toPackage({
    name: "libusb",
    pkgConfig: ["libusb-1.0"],
    names: {
      nixpkgs: "libusb1",
      apt: "libusb-1.0-0-dev",
      dnf: "libusb1-devel",
      pacman: "libusb",
      apk: "libusb-dev",
      brew: "libusb",
    },
  }),
  libinput: toPackage({
    name: "libinput",
    pkgConfig: ["libinput"],
    names: {
      nixpkgs: "libinput",
      apt: "libinput-dev",
      dnf: "libinput-devel",
      pacman: "libinput",
      apk: "libinput-dev",
    },
  }),
} as const;
