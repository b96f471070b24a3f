import './timeline.css';
import {
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useLab } from '../store/lab';
import { drawTimeline, placeScale, timelineHeight } from './draw';
import { indexOfPause, projectTimeline } from './lanes';

/** The run from left to right: one lane for each kind of event, and a slider to move in it. */
export function Timeline() {
  const view = useLab((state) => state.view);
  const count = useLab((state) => state.count);
  const goTo = useLab((state) => state.goTo);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box);
  const scheme = useScheme();
  const picture = useMemo(() => (view === undefined ? undefined : projectTimeline(view)), [view]);
  useEffect(() => {
    if (picture !== undefined && canvas.current !== null && scheme !== '')
      drawTimeline(canvas.current, picture, width);
  }, [picture, width, scheme]);
  if (view === undefined || picture === undefined) return null;
  const scale = placeScale(picture.length, width);
  const at = indexOfPause(view.pauses, count);
  const scrub = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons === 0) return;
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const index = Math.round(Math.min(Math.max(scale.invert(x), 0), picture.length));
    goTo(view.pauses[index] ?? 0);
  };
  const step = view.states.after(count).step;
  return (
    <div
      ref={box}
      className="timeline"
      role="slider"
      tabIndex={0}
      aria-label="Place in the run"
      aria-valuemin={0}
      aria-valuemax={picture.length}
      aria-valuenow={at}
      aria-valuetext={`micro-step ${at} of ${picture.length}${step >= 0 ? `, operation ${step + 1}` : ''}`}
      onPointerDown={scrub}
      onPointerMove={scrub}
    >
      <canvas ref={canvas} style={{ width, height: timelineHeight }} />
      <div className="timeline-place" style={{ left: scale(at), height: timelineHeight }} />
    </div>
  );
}

function useWidth(box: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setWidth(Math.floor(element.clientWidth));
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  });
  return width;
}

/** The theme on the root element, which a canvas cannot follow by itself. */
function useScheme(): string {
  const [scheme, setScheme] = useState('');
  useEffect(() => {
    const root = document.documentElement;
    const read = (): void => setScheme(root.dataset['theme'] ?? 'light');
    read();
    const observer = new MutationObserver(read);
    observer.observe(root, { attributes: true, attributeFilter: ['data-theme'] });
    void document.fonts.ready.then(() => setScheme(`${root.dataset['theme'] ?? 'light'} with fonts`));
    return () => observer.disconnect();
  }, []);
  return scheme;
}
