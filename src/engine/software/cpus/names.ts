/** What the lessons call the allocators, in the order of `allocatorKinds`. */
export const allocatorNames = [
  'one tree, one lock',
  'round-robin bitmap',
  'per-CPU ranges',
  'magazines',
] as const;
