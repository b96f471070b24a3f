import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vectors } from './vectors';

const folders = [...readdirSync('data/vectors').map((name) => `data/vectors/${name}`), 'public/examples'];
const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json.gz'))
    .map((name) => `${folder}/${name}`),
);

describe('recorded answers', () => {
  it('are in the repository', () => {
    expect(files.length).toBeGreaterThanOrEqual(20);
  });

  it.each(files)('%s agrees with the engine, or is disputed with a section', (file) => {
    const lines: string[] = [];
    const code = vectors([file], (line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith('  failed'))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
    expect(code).toBe(0);
  });
});
