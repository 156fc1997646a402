/** `gantry log`. */
export type LogOptions = {
  readonly name: string;
};
