import './lab.css';
import { useMemo } from 'react';
import { CaseList } from '../files/CaseList';
import { SidePanel } from '../inspector/SidePanel';
import { LessonColumn } from '../lessons/LessonColumn';
import { Controls } from '../playback/Controls';
import { useKeyboard } from '../playback/use-keyboard';
import { usePlayback } from '../playback/use-playback';
import { Stage } from '../scenes/Stage';
import { useLab } from '../store/lab';
import { useSettled } from '../theme/use-settled';
import { Timeline } from '../timeline/Timeline';
import { Header } from './Header';
import { HelpPanel } from './HelpPanel';
import { share } from './share';

/** The lab: lesson, stage, side panel and timeline. */
export function Lab() {
  const acts = useMemo(() => ({ share: () => void share() }), []);
  const hasFile = useLab((state) => state.openFile !== undefined);
  const isLessonOpen = useLab((state) => state.isLessonOpen);
  useKeyboard(acts);
  usePlayback();
  useSettled();
  return (
    <div className={`lab ${isLessonOpen ? 'lab-lesson-open' : ''}`}>
      <Header />
      <aside className="lab-lesson" aria-label={hasFile ? 'Cases of the file' : 'Lesson'}>
        {hasFile ? <CaseList /> : <LessonColumn />}
      </aside>
      <Stage />
      <SidePanel />
      <section className="lab-foot" aria-label="Timeline">
        <Controls />
        <Timeline />
      </section>
      <HelpPanel />
    </div>
  );
}
