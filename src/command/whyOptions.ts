/** `gantry why`. */
export type WhyOptions = {
  readonly name: string | undefined;
};
