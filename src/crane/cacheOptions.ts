import * as v from "valibot";

/** What a configuration says of the team's shared cache. */
export type CacheOptions = v.InferOutput<typeof cacheOptions>;

const text = v.string();
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.exactOptional(schema);

/** What `cache` in a configuration may be. */
export const cacheOptions = v.strictObject({
  /**
   * `file:///srv/cache`, `https://cache.example.com`, `s3://bucket/prefix`, `grpcs://cache.example.com`. Default: none. The
   * variable `GANTRY_CACHE` and `--cache` come before it.
   */
  url: optional(text),
  /** Whose results are taken: public keys, `ci-1:…`, as `gantry cache key new` prints them. Default: nobody's. */
  trustedKeys: optional(v.pipe(v.array(text), v.readonly())),
  /** A file with the key that results are signed with; where it is not there, nothing is written. Default: none. */
  signWith: optional(text),
  /** When results are written. Default: `ci`, where there is a key to sign with. */
  push: optional(v.picklist(["ci", "always", "never"])),
  /** Sent with each request of HTTP and gRPC. Secrets come from the environment: `process.env.TOKEN`. */
  headers: optional(v.pipe(v.record(text, text), v.readonly())),
  /**
   * The variables that headers, the helper or the address are made of, `CACHE_TOKEN`: `gantry eject ci` has the pipeline give
   * them. Default: none.
   */
  secrets: optional(
    v.pipe(
      v.array(v.pipe(text, v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable of the environment"))),
      v.readonly(),
    ),
  ),
  /** A program that is asked for headers, in the way of Bazel's credential helpers. */
  credentialHelper: optional(text),
  /** Files in PEM form: who may have signed the server's certificate, and the client's own certificate with its key. */
  tls: optional(v.strictObject({ ca: optional(text), cert: optional(text), key: optional(text) })),
});
