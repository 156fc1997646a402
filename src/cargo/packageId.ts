import type { SourceId } from "./sourceId.ts";

/** Which package: what Cargo's messages and unit graphs call `package_id` and `pkg_id`. */
export type PackageId = {
  readonly source: SourceId;
  readonly name: string;
  readonly version: string;
};
