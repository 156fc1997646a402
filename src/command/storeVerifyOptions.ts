/** `gantry store verify`. */
export type StoreVerifyOptions = {
  /** Remove what is damaged, so that it is made again. */
  readonly repair: boolean;
};
