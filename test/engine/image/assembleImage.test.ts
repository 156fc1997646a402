import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesOfLayers } from "../../../src/oci/layerFiles.ts";
import { blobPath } from "../../../src/oci/layout.ts";
import { readImage } from "../../../src/oci/readLayout.ts";
import { type Assembled, imageRig } from "./rig.ts";

const rig = imageRig();
afterAll(() => rig[Symbol.dispose]());

const app = { "bin/app": "#!/bin/sh\necho app\n", "share/app/motd": "hello\n" };

function read(assembled: Assembled) {
  if (!assembled.ok) throw new Error(JSON.stringify(assembled.error));
  const image = readImage(assembled.layout);
  if (!image.ok) throw new Error(image.error);
  const { manifest, config, digest } = image.value;
  const layers = manifest.layers.map((layer) => join(assembled.layout, blobPath(layer.digest)));
  return { digest, manifest, config, files: filesOfLayers(layers) };
}

async function refused(assembled: Promise<Assembled>) {
  const made = await assembled;
  if (made.ok) throw new Error("an image was made");
  const { code, message, notes } = made.error;
  return { code, message, notes };
}

/** Whoever changes these bytes changes the digest of everybody's image: `format` in `ImagePhase` has to be raised. */
test("the bytes of an image are these, with every Node and on every machine", async () => {
  const { layout } = await rig.assemble({ app });
  const index = JSON.parse(readFileSync(join(layout, "index.json"), "utf8"));
  expect(index).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: "sha256:851a87bd644b6ec8f01bf4969622d717468de1f70c2dae935902acfa0fdc4e44",
        size: 555,
        platform: { architecture: "amd64", os: "linux" },
        annotations: {
          "io.containerd.image.name": "docker.io/library/app:latest",
          "org.opencontainers.image.ref.name": "app:latest",
        },
      },
    ],
  });
});

test("an image has a layer for the system's files and one for each of its contents", async () => {
  const image = read(await rig.assemble({ app, files: { "etc/app.toml": "port = 80\n" } }));
  expect(image.config.history).toEqual(
    ["system", "app", "files"].map((comment) => ({
      created: "1970-01-01T00:00:01Z",
      created_by: "gantry",
      comment,
    })),
  );
  expect([...image.files.keys()].filter((path) => image.files.get(path) !== "directory").sort()).toEqual([
    "bin/app",
    "etc/app.toml",
    "etc/group",
    "etc/nsswitch.conf",
    "etc/passwd",
    "share/app/motd",
  ]);
  expect(image.config.config).toEqual({ Entrypoint: ["/bin/app"], User: "65532:65532" });
});

test("an edit of one of the contents changes its layer alone", async () => {
  const [before, after] = [
    read(await rig.assemble({ app, files: { "etc/app.toml": "port = 80\n" } })),
    read(await rig.assemble({ app, files: { "etc/app.toml": "port = 81\n" } })),
  ];
  const same = after.manifest.layers.map(
    ({ digest }, index) => digest === before.manifest.layers[index]?.digest,
  );
  expect(same).toEqual([true, true, false]);
});

test("an image on a base goes on from what that says, and writes through its links", async () => {
  const base = await rig.assemble(
    { base: { "usr/bin/sh": "sh", bin: "-> usr/bin", "usr/lib/x": "x" } },
    {
      config: {
        Entrypoint: ["/bin/sh"],
        Cmd: ["-c", "true"],
        Env: { PATH: "/bin", LANG: "C" },
        ExposedPorts: ["80/tcp"],
        Labels: { a: "1", b: "1" },
        User: "7",
        WorkingDir: "/srv",
      },
    },
  );
  const below = read(base);
  const image = read(
    await rig.assemble(
      { app },
      { config: { Env: { LANG: "de" }, ExposedPorts: ["81/tcp"], Labels: { b: "2" } } },
      { base: base.layout },
    ),
  );
  expect(image.config.config).toEqual({
    Entrypoint: ["/usr/bin/app"],
    Env: ["PATH=/bin", "LANG=de"],
    ExposedPorts: { "80/tcp": {}, "81/tcp": {} },
    Labels: { a: "1", b: "2" },
    User: "7",
    WorkingDir: "/srv",
  });
  expect(image.files.get("bin")).toEqual({ link: "usr/bin" });
  expect(image.files.get("usr/bin/app")).toBe("file");
  expect(image.manifest.layers.slice(0, -1)).toEqual(below.manifest.layers);
});

test("a program gets its loader and its libraries, where the loader looks for them", async () => {
  const env = readFileSync("/usr/bin/env");
  const image = read(await rig.assemble({ app: { "bin/app": env } }, {}, { system: ["/usr"] }));
  const libraries = [...image.files].flatMap(([path, what]) => (/\.so/.test(path) ? [[path, what]] : []));
  expect(Object.fromEntries(libraries)).toMatchObject(
    process.arch === "x64"
      ? {
          "lib64/ld-linux-x86-64.so.2": { link: "../usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" },
          "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": "file",
          "usr/lib/x86_64-linux-gnu/libc.so.6": "file",
        }
      : {},
  );
  expect(image.config.history?.map(({ comment }) => comment)).toEqual(["libraries", "system", "app"]);
});

test("of a package of certificates there is the one file that programs read, or an error", async () => {
  const certificates = {
    "share/ca-certificates/mozilla/B.crt": "b\n",
    "share/ca-certificates/mozilla/A.crt": "a\n",
    "bin/openssl": "x",
  };
  const contents = [
    { at: "app", name: "app" },
    { at: "cacert", name: "cacert", isCertificates: true as const },
  ];
  const image = read(await rig.assemble({ app, cacert: certificates }, { contents }));
  expect(image.files.get("etc/ssl/certs/ca-certificates.crt")).toBe("file");
  expect(image.files.has("bin/openssl")).toBe(false);
  const { code } = await refused(rig.assemble({ app, cacert: { "bin/openssl": "x" } }, { contents }));
  expect(code).toBe("image-certificates");
});

test("a library that is nowhere is an error that says who loads it", async () => {
  const env = readFileSync("/usr/bin/env");
  const { code, message, notes } = await refused(rig.assemble({ app: { "bin/app": env } }));
  expect([code, message, notes[0]]).toEqual([
    "image-libraries",
    expect.stringContaining("`libc.so.6`"),
    "`/bin/app` loads `libc.so.6`",
  ]);
});

test("a base without the loader is an error, and not a program that is not found", async () => {
  const env = readFileSync("/usr/bin/env");
  const base = await rig.assemble({ base: { "bin/sh": "sh" } });
  const { code, notes } = await refused(rig.assemble({ app: { "bin/app": env } }, {}, { base: base.layout }));
  expect(code).toBe("image-base-libraries");
  expect(notes.at(-1)).toBe("such a program ends with `no such file or directory`, although it is there");
});

test("a base for another processor is an error", async () => {
  const base = await rig.assemble({ base: { "bin/sh": "sh" } }, { architecture: "arm64" });
  expect(await refused(rig.assemble({ app }, {}, { base: base.layout }))).toMatchObject({
    code: "image-architecture",
    message: "the base image is for arm64, and the programs are for amd64",
  });
});

test("two of the contents have one file only where it is the same", async () => {
  const shared = { "share/licence": "MIT" };
  expect((await rig.assemble({ app: { ...app, ...shared }, other: shared })).ok).toBe(true);
  expect(await refused(rig.assemble({ app, other: { "bin/app": "another" } }))).toMatchObject({
    code: "image-collision",
    message: "`app` and `other` have both a `/bin/app` in the image",
  });
});

test("of several programs that which is called like the package or the image is started, or it has to be said", async () => {
  const several = { "bin/serve": "1", "bin/migrate": "2" };
  expect(await refused(rig.assemble({ app: several }))).toEqual({
    code: "image-entrypoint",
    message: "`app` has several programs, of which none is called so",
    notes: ["it has `migrate`, `serve`"],
  });
  const named = await rig.assemble({ app: several }, { name: "registry.example.org/team/serve" });
  expect(read(named).config.config.Entrypoint).toEqual(["/bin/serve"]);
});

test("a program that is not there is not what an image starts", async () => {
  const made = await rig.assemble({ app }, { config: { Entrypoint: ["/bin/ap"], User: "0" } });
  expect(made).toMatchObject({
    ok: false,
    error: {
      code: "image-program",
      message: "the image has no `/bin/ap` to start",
      help: ["did you mean `/bin/app`?"],
    },
  });
});

test("a package alone without a program makes no image, unless it is said to start nothing", async () => {
  const library = { library: { "lib/libx.a": "1" } };
  expect(await refused(rig.assemble(library))).toMatchObject({
    code: "image-program",
    message: "`library` has no program that the image could start",
  });
  const made = await rig.assemble(library, { config: { Cmd: [], User: "0" } });
  expect(read(made).config.config.Entrypoint).toBeUndefined();
});
