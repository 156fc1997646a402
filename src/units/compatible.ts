/** The part of a version that Cargo takes for compatible: `1`, `0.4`. */
export function compatible(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return major === "0" ? `0.${minor}` : major;
}
