/* Runs the engine from a shell: bundles src/cli when a source is newer than the last bundle, then runs it. */
import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, 'node_modules', '.cache', 'iommuscope');
const bundle = join(cache, 'main.mjs');

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }, 0);
}

if (!existsSync(join(root, 'node_modules', 'vite'))) {
  const result = spawnSync(process.execPath, [join(root, 'scripts', 'bootstrap.mjs')], {
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
const sources = Math.max(newest(join(root, 'src', 'engine')), newest(join(root, 'src', 'cli')));
if (!existsSync(bundle) || statSync(bundle).mtimeMs < sources) {
  const { build } = await import('vite');
  const temporary = join(cache, `build-${process.pid}`);
  mkdirSync(temporary, { recursive: true });
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'src', 'cli', 'main.ts'),
      outDir: temporary,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      // A constant that stays one is folded into the code: a quarter of the engine's speed.
      rolldownOptions: { output: { topLevelVar: false } },
    },
  });
  renameSync(join(temporary, 'main.js'), bundle);
  rmSync(temporary, { recursive: true });
}
await import(pathToFileURL(bundle).href);
