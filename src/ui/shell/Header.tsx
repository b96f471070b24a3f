import { useState } from 'react';
import { FileDoor } from '../files/FileDoor';
import { Button } from '../kit/Button';
import { useLab } from '../store/lab';
import { MachineChoice } from './MachineChoice';
import { saveScenario, share } from './share';
import { ThemeButton } from './ThemeButton';

/** The line at the top: where we are, and what concerns the whole document. */
export function Header() {
  const title = useLab((state) => state.view?.scenario.title ?? '');
  const canUndo = useLab((state) => (state.document?.edits.length ?? 0) > 0);
  const canRedo = useLab((state) => (state.document?.undone.length ?? 0) > 0);
  const isLessonOpen = useLab((state) => state.isLessonOpen);
  const { showStart, undo, redo, setHelp, isHelpOpen, setLessonOpen } = useLab.getState();
  const [said, setSaid] = useState('');
  return (
    <header className="header">
      <Button look="quiet" className="header-name" onClick={showStart}>
        Iommuscope
      </Button>
      <h1 className="header-title">{title}</h1>
      <MachineChoice />
      <span className="header-said" role="status">
        {said}
      </span>
      <div className="header-acts">
        <Button
          className="lesson-toggle"
          aria-expanded={isLessonOpen}
          onClick={() => setLessonOpen(!isLessonOpen)}
        >
          Lesson
        </Button>
        <Button icon="undo" aria-label="Undo" disabled={!canUndo} onClick={() => void undo()} />
        <Button icon="redo" aria-label="Redo" disabled={!canRedo} onClick={() => void redo()} />
        <span className="wide-only">
          <FileDoor />
        </span>
        <Button className="wide-only" onClick={saveScenario}>
          Save
        </Button>
        <Button icon="share" onClick={() => void share().then(setSaid)}>
          Share
        </Button>
        <ThemeButton />
        <Button
          icon="help"
          aria-label="All keys"
          aria-expanded={isHelpOpen}
          onClick={() => setHelp(!isHelpOpen)}
        />
      </div>
    </header>
  );
}
