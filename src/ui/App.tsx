import { lazy, Suspense, useEffect } from 'react';
import { FileDrop } from './files/FileDrop';
import { StartPage } from './lessons/StartPage';
import { followAddress, writeAddress } from './link/sync';
import { NoticePanel } from './problems/NoticePanel';
import { useLab } from './store/lab';
import { useTheme } from './theme/use-theme';

const Lab = lazy(() => import('./shell/Lab').then(({ Lab: component }) => ({ default: component })));

/** The page: the start page or the lab, whatever the address says. */
export function App() {
  const page = useLab((state) => state.page);
  const bug = useLab((state) => state.bug);
  if (bug !== undefined) throw bug;
  useTheme();
  useEffect(() => {
    void followAddress();
    const onPop = (): void => void followAddress();
    window.addEventListener('popstate', onPop);
    window.addEventListener('hashchange', onPop);
    const stop = useLab.subscribe(writeAddress);
    return () => {
      window.removeEventListener('popstate', onPop);
      window.removeEventListener('hashchange', onPop);
      stop();
    };
  }, []);
  return (
    <>
      <NoticePanel />
      {page === 'start' ? (
        <StartPage />
      ) : (
        <Suspense fallback={<p className="waiting">Opening the lab …</p>}>
          <Lab />
        </Suspense>
      )}
      <FileDrop />
    </>
  );
}
