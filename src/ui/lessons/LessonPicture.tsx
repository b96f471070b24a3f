/** Cells of a small picture: column, row, and the colour of what they mean. */
type Cells = readonly (readonly [number, number, 'device' | 'guest' | 'host' | 'hit' | 'stale'])[];

const grid: Cells = Array.from({ length: 5 }, (_, row) =>
  Array.from(
    { length: row === 4 ? 4 : 5 },
    (_, column) => [column, row, column === 4 ? 'guest' : 'host'] as const,
  ),
).flat();

const pictures: Readonly<Record<string, Cells>> = {
  'first-walk': [
    [0, 2, 'device'],
    [1, 2, 'host'],
    [2, 2, 'host'],
    [3, 2, 'host'],
    [4, 2, 'host'],
    [4, 3, 'hit'],
  ],
  'nested-walk': grid,
  'pasid-edit': [
    [0, 0, 'device'],
    [0, 2, 'device'],
    [0, 4, 'device'],
    [2, 0, 'guest'],
    [2, 2, 'stale'],
    [2, 4, 'host'],
    [4, 1, 'host'],
  ],
  'msi-bound': [
    [0, 2, 'device'],
    [2, 2, 'guest'],
    [4, 2, 'host'],
  ],
};

/** What a lesson shows, as a small drawing. */
export function LessonPicture({ name }: { name: string }) {
  return (
    <svg className="lesson-picture" viewBox="0 0 62 52" width="62" height="52" aria-hidden="true">
      {(pictures[name] ?? []).map(([column, row, meaning]) => (
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
