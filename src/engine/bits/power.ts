const powers = Array.from({ length: 65 }, (_, exponent) => 2 ** exponent);

/** 2 to the power of 0 to 64, looked up: `**` with an exponent that is not known beforehand takes tens of nanoseconds. */
export function powerOfTwo(exponent: number): number {
  return powers[exponent] as number;
}
