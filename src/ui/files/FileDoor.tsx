import { useRef } from 'react';
import { Button } from '../kit/Button';
import { openFile } from './FileDrop';

/** The button that opens a file; dropping and pasting work anywhere. */
export function FileDoor({ label = 'Open file' }: { label?: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="file" onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        className="hidden"
        type="file"
        accept=".json,.gz,application/json,application/gzip"
        aria-label="File to open"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) void openFile(file);
          event.target.value = '';
        }}
      />
    </>
  );
}
