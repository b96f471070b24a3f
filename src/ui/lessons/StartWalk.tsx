import { lazy, Suspense, useEffect, useState } from 'react';

const LiveWalk = lazy(() => import('./LiveWalk').then(({ LiveWalk: component }) => ({ default: component })));

/** The live picture of the start page; it comes after the page itself is drawn. */
export function StartWalk() {
  const [isTime, setTime] = useState(false);
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTime(true));
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className="start-walk">
      {isTime ? (
        <Suspense fallback={null}>
          <LiveWalk />
        </Suspense>
      ) : null}
    </div>
  );
}
