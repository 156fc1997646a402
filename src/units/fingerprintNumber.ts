/**
 * A fingerprint file holds 64 bits as hexadecimal bytes, the least significant first; the `deps` of other
 * fingerprints hold the same as a decimal number (seen with Cargo 1.95).
 *
 * @example
 * asLittleEndian("dea516f3438fa013") // "1414287804998264286"
 */
export function asLittleEndian(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return BigInt(`0x${bytes.reverse().join("")}`).toString();
}
