import './log.css';
import { useEffect, useRef } from 'react';
import type { Moment } from '../../../engine/moment';
import { sentence, tellingOf } from '../../../engine/trace/sentence';
import { eventAt } from '../../../engine/trace/trace';
import { Button } from '../../kit/Button';

const mostLines = 400;

interface Line {
  readonly n: number;
  readonly text: string;
  readonly isHeading: boolean;
}

/** The run so far in sentences, one for each event: the pictures' twin. */
export function projectLog(moment: Moment): readonly Line[] {
  const { view, count } = moment;
  const telling = tellingOf(view);
  const lines: Line[] = [];
  for (let n = Math.max(0, count - mostLines); n < count; n++) {
    const event = eventAt(view.trace, n);
    const text =
      event.kind === 'step' ? `${event.step + 1}. ${sentence(event, telling)}` : sentence(event, telling);
    lines.push({ n, text, isHeading: event.kind === 'step' });
  }
  return lines;
}

export function LogView({ lines }: { lines: readonly Line[] }) {
  const last = useRef<HTMLLIElement>(null);
  useEffect(() => {
    last.current?.scrollIntoView({ block: 'nearest' });
  });
  if (lines.length === 0)
    return (
      <p className="walk-empty">Nothing has happened yet. Press the right arrow key for the first step.</p>
    );
  return (
    <div className="log">
      <p>
        <Button
          icon="copy"
          onClick={() => void navigator.clipboard.writeText(lines.map(({ text }) => text).join('\n'))}
        >
          Copy the log
        </Button>
      </p>
      <ol>
        {lines.map(({ n, text, isHeading }, index) => {
          const isLast = index === lines.length - 1;
          return (
            <li
              key={n}
              ref={isLast ? last : undefined}
              className={isHeading ? 'log-heading' : ''}
              aria-current={isLast ? 'step' : undefined}
            >
              {text}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
