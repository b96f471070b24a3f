import './problems.css';
import { useEffect, useRef } from 'react';
import { saveText } from '../files/save-text';
import { Button } from '../kit/Button';
import { Icon } from '../kit/Icon';
import { useLab } from '../store/lab';

/** What went wrong with what the person brought: where, and what to do. The screen below stays as it was. */
export function NoticePanel() {
  const notice = useLab((state) => state.notice);
  const setNotice = useLab((state) => state.setNotice);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (notice !== undefined) panel.current?.focus();
  }, [notice]);
  if (notice === undefined) return null;
  const { title, problems, rescue } = notice;
  return (
    <section
      ref={panel}
      className="notice"
      aria-label={title}
      role="alert"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setNotice(undefined);
      }}
    >
      <h2>
        <Icon name="warning" /> {title}
      </h2>
      <ul>
        {problems.slice(0, 8).map(({ path, message }) => (
          <li key={`${path}${message}`}>
            {path === '' ? null : <code>{path}</code>} {message}
          </li>
        ))}
        {problems.length > 8 ? <li>… and {problems.length - 8} more.</li> : null}
      </ul>
      <p className="notice-acts">
        {rescue === undefined ? null : (
          <Button icon="file" onClick={() => saveText(rescue.name, rescue.text)}>
            Save the text as a file
          </Button>
        )}
        <Button icon="close" onClick={() => setNotice(undefined)}>
          Close
        </Button>
      </p>
    </section>
  );
}
