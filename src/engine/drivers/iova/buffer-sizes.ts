/** Pages of a buffer: mostly one, as for received packets; seldom more than is cached. An assumption. */
const sizes = [...Array<number>(22).fill(1), 2, 2, 2, 2, 3, 4, 4, 16, 16, 64];

/** Draws the sizes of buffers, in pages, the same from the same seed (Marsaglia's xorshift of 32 bits). */
export function* bufferSizes(seed: number): Generator<number, never> {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    yield sizes[state % sizes.length] as number;
  }
}
