/** `gantry vendor`. */
export type VendorOptions = {
  /** Where to write, absolute. */
  readonly directory: string;
};
