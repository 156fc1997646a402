import type { PackageTable } from "./package.ts";

/** Sound, pictures and films. */
export const media = {
  alsa: {
    pkgConfig: ["alsa"],
    headers: ["alsa/"],
    libraries: ["asound"],
    names: ["alsa-lib", "libasound2-dev", "alsa-lib-devel", "alsa-lib", "alsa-lib-dev"],
  },
  pulseaudio: {
    pkgConfig: ["libpulse"],
    headers: ["pulse/"],
    libraries: ["pulse"],
    names: [
      "libpulseaudio",
      "libpulse-dev",
      "pulseaudio-libs-devel",
      "libpulse",
      "pulseaudio-dev",
      "pulseaudio",
    ],
  },
  jack: {
    pkgConfig: ["jack"],
    headers: ["jack/"],
    names: ["libjack2", "libjack-jackd2-dev", "jack-audio-connection-kit-devel", "jack2", "jack-dev", "jack"],
  },
  pipewire: {
    pkgConfig: ["libpipewire-0.3"],
    headers: ["pipewire/", "spa/"],
    names: ["pipewire", "libpipewire-0.3-dev", "pipewire-devel", "pipewire", "pipewire-dev"],
  },
  opus: {
    pkgConfig: ["opus"],
    headers: ["opus.h", "opus/"],
    names: ["libopus", "libopus-dev", "opus-devel", "opus", "opus-dev", "opus"],
  },
  gstreamer: {
    pkgConfig: ["gstreamer-1.0"],
    headers: ["gst/"],
    names: [
      "gst_all_1.gstreamer",
      "libgstreamer1.0-dev",
      "gstreamer1-devel",
      "gstreamer",
      "gstreamer-dev",
      "gstreamer",
    ],
  },
  ffmpeg: {
    pkgConfig: ["libavcodec", "libavformat", "libavutil"],
    headers: ["libavcodec/", "libavformat/", "libavutil/", "libswscale/"],
    libraries: ["avcodec"],
    names: [
      "ffmpeg",
      [
        "libavcodec-dev",
        "libavformat-dev",
        "libavutil-dev",
        "libavfilter-dev",
        "libavdevice-dev",
        "libswscale-dev",
        "libswresample-dev",
      ],
      "ffmpeg-free-devel",
      "ffmpeg",
      "ffmpeg-dev",
      "ffmpeg",
    ],
  },
  dav1d: {
    pkgConfig: ["dav1d"],
    headers: ["dav1d/"],
    names: ["dav1d", "libdav1d-dev", "libdav1d-devel", "dav1d", "dav1d-dev", "dav1d"],
  },
  libpng: {
    pkgConfig: ["libpng"],
    headers: ["png.h"],
    libraries: ["png", "png16"],
    names: ["libpng", "libpng-dev", "libpng-devel", "libpng", "libpng-dev", "libpng"],
  },
  libjpeg: {
    pkgConfig: ["libjpeg"],
    headers: ["jpeglib.h"],
    libraries: ["jpeg"],
    names: [
      "libjpeg",
      "libjpeg-dev",
      "libjpeg-turbo-devel",
      "libjpeg-turbo",
      "libjpeg-turbo-dev",
      "jpeg-turbo",
    ],
  },
  libwebp: {
    pkgConfig: ["libwebp"],
    headers: ["webp/"],
    names: ["libwebp", "libwebp-dev", "libwebp-devel", "libwebp", "libwebp-dev", "webp"],
  },
  libheif: {
    pkgConfig: ["libheif"],
    headers: ["libheif/"],
    names: ["libheif", "libheif-dev", "libheif-devel", "libheif", "libheif-dev", "libheif"],
  },
  v4l: {
    pkgConfig: ["libv4l2"],
    headers: ["libv4l2.h"],
    names: ["libv4l", "libv4l-dev", "libv4l-devel", "v4l-utils", "v4l-utils-dev"],
  },
} as const satisfies PackageTable;

/** Devices and the services that speak for them. */
export const devices = {
  udev: {
    pkgConfig: ["libudev"],
    headers: ["libudev.h"],
    libraries: ["udev"],
    names: ["udev", "libudev-dev", "systemd-devel", "systemd-libs", "eudev-dev"],
  },
  systemd: {
    pkgConfig: ["libsystemd"],
    headers: ["systemd/"],
    names: ["systemd", "libsystemd-dev", "systemd-devel", "systemd-libs"],
  },
  dbus: {
    pkgConfig: ["dbus-1"],
    headers: ["dbus/"],
    libraries: ["dbus"],
    names: ["dbus", "libdbus-1-dev", "dbus-devel", "dbus", "dbus-dev", "dbus"],
  },
  libusb: {
    pkgConfig: ["libusb-1.0"],
    headers: ["libusb.h", "libusb-1.0/"],
    libraries: ["usb"],
    names: ["libusb1", "libusb-1.0-0-dev", "libusb1-devel", "libusb", "libusb-dev", "libusb"],
  },
  libinput: {
    pkgConfig: ["libinput"],
    headers: ["libinput.h"],
    names: ["libinput", "libinput-dev", "libinput-devel", "libinput", "libinput-dev"],
  },
} as const satisfies PackageTable;
