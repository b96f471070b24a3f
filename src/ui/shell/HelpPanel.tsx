import { useEffect, useRef } from 'react';
import { Button } from '../kit/Button';
import { keyList } from '../playback/keyboard';
import { useLab } from '../store/lab';

/** All keys, in place. */
export function HelpPanel() {
  const isOpen = useLab((state) => state.isHelpOpen);
  const setHelp = useLab((state) => state.setHelp);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOpen) panel.current?.focus();
  }, [isOpen]);
  if (!isOpen) return null;
  return (
    <section ref={panel} className="help" role="dialog" aria-label="All keys" tabIndex={-1}>
      <h2>Keys</h2>
      <dl>
        {keyList.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Button icon="close" onClick={() => setHelp(false)}>
        Close
      </Button>
    </section>
  );
}
