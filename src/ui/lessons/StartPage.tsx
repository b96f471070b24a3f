import './lessons.css';
import { useEffect, useState } from 'react';
import { chooseExample } from '../files/example';
import { FileDoor } from '../files/FileDoor';
import { Button } from '../kit/Button';
import { ThemeButton } from '../shell/ThemeButton';
import { useLab } from '../store/lab';
import { noticeOf } from '../store/store';
import { useSettled } from '../theme/use-settled';
import { LessonPicture } from './LessonPicture';
import { type ExampleEntry, type LessonEntry, type LessonGroup, lessonBase, loadJson } from './lesson-files';
import { StartWalk } from './StartWalk';

/** Opens a lesson by name; a problem stays on the start page. */
async function openLesson(name: string): Promise<void> {
  const { open, setNotice } = useLab.getState();
  const base = await lessonBase(name);
  if (base.ok) await open(base.value);
  else setNotice(noticeOf('This lesson cannot be opened', base.problems));
}

/** Three doors: learn, try, bring your own; and one walk that can already be stepped. */
export function StartPage() {
  useSettled();
  const lessons = useList<LessonEntry>('./lessons/index.json', 'lessons');
  const groups = useList<LessonGroup>('./lessons/index.json', 'groups');
  const examples = useList<ExampleEntry>('./examples/index.json', 'examples');
  return (
    <div className="start">
      <header className="start-head">
        <h1>Iommuscope</h1>
        <p>See how an IOMMU translates, caches, flushes and faults DMA, read by read.</p>
        <ThemeButton />
      </header>
      <main className="start-doors">
        <section aria-labelledby="learn">
          <h2 id="learn">Learn</h2>
          {groups.map(({ id, title }) => (
            <section key={id} className="start-group" aria-labelledby={`group-${id}`}>
              <h3 id={`group-${id}`}>
                <LessonPicture group={id} /> {title}
              </h3>
              <ol className="start-lessons">
                {lessons
                  .filter(({ group }) => group === id)
                  .map((lesson) => (
                    <LessonItem key={lesson.name} lesson={lesson} lessons={lessons} />
                  ))}
              </ol>
            </section>
          ))}
        </section>
        <section aria-labelledby="try">
          <h2 id="try">Try</h2>
          <p>
            A guest, a device and a process with a few pages. Edit any bit, send any DMA, queue any command.
          </p>
          <p className="start-goal">Goal: make the device reach a page that the tables no longer map.</p>
          <Button look="strong" onClick={() => void openLesson('sandbox')}>
            Open the sandbox
          </Button>
          <StartWalk />
        </section>
        <section aria-labelledby="bring">
          <h2 id="bring">Bring your own</h2>
          <p>
            A memory image, a file of recorded answers, or a saved scenario. Drop it anywhere, paste it, or
            choose it.
          </p>
          <FileDoor label="Open a file" />
          <h3>Page tables that a real Linux built</h3>
          <ul className="start-examples">
            {examples.map(({ name, title, note }) => (
              <li key={name}>
                <button type="button" onClick={() => void chooseExample(name, title)}>
                  <strong>{title}</strong>
                  <span className="start-summary">{note}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </main>
    </div>
  );
}

interface ItemProps {
  readonly lesson: LessonEntry;
  readonly lessons: readonly LessonEntry[];
}

function LessonItem({ lesson: { name, title, summary, minutes, needs }, lessons }: ItemProps) {
  return (
    <li>
      <button type="button" onClick={() => void openLesson(name)}>
        <strong>{title}</strong>
        <span className="start-summary">{summary}</span>
        <span className="start-meta">
          {minutes} minutes{needs.length > 0 ? `, after “${titlesOf(needs, lessons)}”` : ''}
        </span>
      </button>
    </li>
  );
}

function titlesOf(names: readonly string[], lessons: readonly LessonEntry[]): string {
  return names.map((name) => lessons.find((lesson) => lesson.name === name)?.title ?? name).join('”, “');
}

function useList<T>(path: string, key: string): readonly T[] {
  const [list, setList] = useState<readonly T[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void loadJson(path).then((value) => {
      if (isCurrent && value !== undefined) setList((value as Record<string, T[]>)[key] ?? []);
    });
    return () => {
      isCurrent = false;
    };
  }, [path, key]);
  return list;
}
