/** Icons as strokes on a 16 × 16 grid; always beside words or a label. */
const paths = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M4.5 3v10M11.5 3v10',
  next: 'M5 3l6 5-6 5',
  back: 'M11 3L5 8l6 5',
  first: 'M4 3v10M12 3L6 8l6 5',
  last: 'M12 3v10M4 3l6 5-6 5',
  undo: 'M3 7h7a3 3 0 010 6H6M6 4L3 7l3 3',
  redo: 'M13 7H6a3 3 0 000 6h4M10 4l3 3-3 3',
  share: 'M4 8v5h8V8M8 10V2M5 5l3-3 3 3',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M13 3l-1.5 1.5M4.5 11.5L3 13',
  help: 'M5.5 6a2.5 2.5 0 114 2c-1 .7-1.5 1-1.5 2M8 12.5v.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  tick: 'M3 8.5l3.5 3.5L13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 2a6 6 0 100 12A6 6 0 008 2M8 5v3.5l2.5 1.5',
  bell: 'M4 11V7a4 4 0 018 0v4l1 1.5H3zM7 14h2',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  plus: 'M8 3v10M3 8h10',
  trash: 'M3 4h10M6 4V2.5h4V4M4.5 4l.5 9.5h6l.5-9.5',
  copy: 'M5 5h8v8H5zM5 11H3V3h8v2',
  warning: 'M8 2l6.5 11.5h-13zM8 6.5v3M8 11.5v.5',
  arrow: 'M2 8h11M9 4l4 4-4 4',
} as const;

export type IconName = keyof typeof paths;

/** A picture for those who see it; its meaning is in the text beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
