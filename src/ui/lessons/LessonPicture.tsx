/** Cells of a small picture: column, row, and the colour of what they mean. */
type Cells = readonly (readonly [number, number, 'device' | 'guest' | 'host' | 'hit' | 'stale'])[];

const grid: Cells = Array.from({ length: 5 }, (_, row) =>
  Array.from(
    { length: row === 4 ? 4 : 5 },
    (_, column) => [column, row, column === 4 ? 'guest' : 'host'] as const,
  ),
).flat();

const pictures: Readonly<Record<string, Cells>> = {
  walk: grid,
  process: [
    [0, 0, 'device'],
    [0, 2, 'device'],
    [0, 4, 'device'],
    [2, 0, 'guest'],
    [2, 2, 'stale'],
    [2, 4, 'host'],
    [4, 1, 'host'],
  ],
  cache: [
    [0, 2, 'device'],
    [1, 2, 'host'],
    [2, 2, 'host'],
    [3, 2, 'host'],
    [4, 1, 'hit'],
    [4, 2, 'stale'],
    [4, 3, 'hit'],
  ],
  unmap: [
    [0, 1, 'host'],
    [1, 1, 'host'],
    [2, 1, 'stale'],
    [0, 3, 'host'],
    [1, 3, 'host'],
    [2, 3, 'stale'],
    [3, 3, 'stale'],
    [4, 3, 'stale'],
  ],
  interrupt: [
    [0, 2, 'device'],
    [2, 2, 'guest'],
    [4, 2, 'host'],
  ],
  share: [
    [0, 0, 'device'],
    [0, 4, 'device'],
    [2, 2, 'host'],
    [4, 0, 'guest'],
    [4, 4, 'guest'],
  ],
};

/** What a group of lessons shows, as a small drawing. */
export function LessonPicture({ group }: { group: string }) {
  return (
    <svg className="lesson-picture" viewBox="0 0 62 52" width="34" height="28" aria-hidden="true">
      {(pictures[group] ?? []).map(([column, row, meaning]) => (
        <rect
          key={`${column}${row}`}
          x={1 + column * 12}
          y={1 + row * 10}
          width="10"
          height="8"
          fill={`var(--${meaning}-wash)`}
          stroke={`var(--${meaning})`}
        />
      ))}
    </svg>
  );
}
