import type { PackageTable } from "./package.ts";

/** Windows, fonts and drawing. */
export const desktop = {
  gtk3: {
    pkgConfig: ["gtk+-3.0"],
    headers: ["gtk/"],
    names: ["gtk3", "libgtk-3-dev", "gtk3-devel", "gtk3", "gtk+3.0-dev", "gtk+3"],
  },
  gtk4: { pkgConfig: ["gtk4"], names: ["gtk4", "libgtk-4-dev", "gtk4-devel", "gtk4", "gtk4.0-dev", "gtk4"] },
  webkitgtk: {
    pkgConfig: ["webkit2gtk-4.1"],
    names: [
      "webkitgtk_4_1",
      "libwebkit2gtk-4.1-dev",
      "webkit2gtk4.1-devel",
      "webkit2gtk-4.1",
      "webkit2gtk-4.1-dev",
    ],
  },
  glib: {
    pkgConfig: ["glib-2.0", "gobject-2.0", "gio-2.0"],
    headers: ["glib.h", "glib/", "glib-object.h", "gio/"],
    names: ["glib", "libglib2.0-dev", "glib2-devel", "glib2", "glib-dev", "glib"],
  },
  cairo: {
    pkgConfig: ["cairo"],
    headers: ["cairo.h", "cairo/"],
    names: ["cairo", "libcairo2-dev", "cairo-devel", "cairo", "cairo-dev", "cairo"],
  },
  pango: {
    pkgConfig: ["pango"],
    headers: ["pango/"],
    names: ["pango", "libpango1.0-dev", "pango-devel", "pango", "pango-dev", "pango"],
  },
  gdkPixbuf: {
    pkgConfig: ["gdk-pixbuf-2.0"],
    names: [
      "gdk-pixbuf",
      "libgdk-pixbuf-2.0-dev",
      "gdk-pixbuf2-devel",
      "gdk-pixbuf2",
      "gdk-pixbuf-dev",
      "gdk-pixbuf",
    ],
  },
  fontconfig: {
    pkgConfig: ["fontconfig"],
    headers: ["fontconfig/"],
    names: [
      "fontconfig",
      "libfontconfig-dev",
      "fontconfig-devel",
      "fontconfig",
      "fontconfig-dev",
      "fontconfig",
    ],
  },
  freetype: {
    pkgConfig: ["freetype2"],
    headers: ["ft2build.h", "freetype/"],
    libraries: ["freetype"],
    names: ["freetype", "libfreetype-dev", "freetype-devel", "freetype2", "freetype-dev", "freetype"],
  },
  harfbuzz: {
    pkgConfig: ["harfbuzz"],
    headers: ["hb.h"],
    names: ["harfbuzz", "libharfbuzz-dev", "harfbuzz-devel", "harfbuzz", "harfbuzz-dev", "harfbuzz"],
  },
  x11: {
    pkgConfig: ["x11"],
    headers: ["X11/"],
    libraries: ["X11"],
    names: ["xorg.libX11", "libx11-dev", "libX11-devel", "libx11", "libx11-dev", "libx11"],
  },
  xcb: {
    pkgConfig: ["xcb", "xcb-render", "xcb-shape", "xcb-xfixes"],
    headers: ["xcb/"],
    names: [
      "xorg.libxcb",
      ["libxcb1-dev", "libxcb-render0-dev", "libxcb-shape0-dev", "libxcb-xfixes0-dev"],
      "libxcb-devel",
      "libxcb",
      "libxcb-dev",
      "libxcb",
    ],
  },
  xcursor: {
    pkgConfig: ["xcursor"],
    libraries: ["Xcursor"],
    names: [
      "xorg.libXcursor",
      "libxcursor-dev",
      "libXcursor-devel",
      "libxcursor",
      "libxcursor-dev",
      "libxcursor",
    ],
  },
  xrandr: {
    pkgConfig: ["xrandr"],
    libraries: ["Xrandr"],
    names: ["xorg.libXrandr", "libxrandr-dev", "libXrandr-devel", "libxrandr", "libxrandr-dev", "libxrandr"],
  },
  xi: {
    pkgConfig: ["xi"],
    libraries: ["Xi"],
    names: ["xorg.libXi", "libxi-dev", "libXi-devel", "libxi", "libxi-dev", "libxi"],
  },
  xtst: {
    pkgConfig: ["xtst"],
    names: ["xorg.libXtst", "libxtst-dev", "libXtst-devel", "libxtst", "libxtst-dev", "libxtst"],
  },
  xinerama: {
    pkgConfig: ["xinerama"],
    names: [
      "xorg.libXinerama",
      "libxinerama-dev",
      "libXinerama-devel",
      "libxinerama",
      "libxinerama-dev",
      "libxinerama",
    ],
  },
  xft: {
    pkgConfig: ["xft"],
    names: ["xorg.libXft", "libxft-dev", "libXft-devel", "libxft", "libxft-dev", "libxft"],
  },
  wayland: {
    pkgConfig: ["wayland-client"],
    headers: ["wayland-client.h", "wayland-server.h"],
    names: ["wayland", "libwayland-dev", "wayland-devel", "wayland", "wayland-dev"],
  },
  libxkbcommon: {
    pkgConfig: ["xkbcommon"],
    headers: ["xkbcommon/"],
    names: [
      "libxkbcommon",
      "libxkbcommon-dev",
      "libxkbcommon-devel",
      "libxkbcommon",
      "libxkbcommon-dev",
      "libxkbcommon",
    ],
  },
  mesa: {
    pkgConfig: ["gl", "egl"],
    headers: ["GL/", "EGL/", "GLES2/"],
    libraries: ["EGL", "GL"],
    names: [
      "libGL",
      ["libgl-dev", "libegl-dev"],
      ["mesa-libGL-devel", "mesa-libEGL-devel"],
      "libglvnd",
      "mesa-dev",
      "mesa",
    ],
  },
  vulkan: {
    pkgConfig: ["vulkan"],
    headers: ["vulkan/"],
    names: [
      "vulkan-loader",
      "libvulkan-dev",
      "vulkan-loader-devel",
      "vulkan-icd-loader",
      "vulkan-loader-dev",
      "vulkan-loader",
    ],
  },
  libdrm: {
    pkgConfig: ["libdrm"],
    headers: ["libdrm/", "xf86drm.h"],
    names: ["libdrm", "libdrm-dev", "libdrm-devel", "libdrm", "libdrm-dev"],
  },
  sdl2: {
    pkgConfig: ["sdl2"],
    headers: ["SDL.h", "SDL2/"],
    libraries: ["SDL2"],
    names: ["SDL2", "libsdl2-dev", "SDL2-devel", "sdl2", "sdl2-dev", "sdl2"],
  },
} as const satisfies PackageTable;
