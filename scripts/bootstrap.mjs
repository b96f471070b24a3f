/* Installs what is missing: packages always, a browser for the tests with --browser. */
import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Runs `npm ci` in a folder when its lock, the platform or Node's ABI changed since the last time. */
function install(folder) {
  const lock = readFileSync(join(folder, 'package-lock.json'));
  const stamp = createHash('sha256')
    .update(lock)
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex');
  const stampFile = join(folder, 'node_modules', '.iommuscope-stamp');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.error(`Installing packages in ${folder === root ? 'the project' : 'e2e/browser'} …`);
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const result = spawnSync(command[0], [...command[1], 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
  });
  if (result.status !== 0) {
    console.error(`npm ci failed in ${folder}. Check the network and run the command again.`);
    process.exit(result.status ?? 1);
  }
  writeFileSync(stampFile, stamp);
}

install(root);
if (process.argv.includes('--browser') && process.platform === 'linux') {
  install(join(root, 'e2e', 'browser'));
}
