/* Everything that must be true: format and lint, types, unit and vector tests, build, browser journeys. */
import './node-version.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, launchArguments } from './browser.mjs';
import { freePort } from './port.mjs';

const results = 'test-results';
const updates = process.argv.includes('--update');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
let passed = 0;
let failed = 0;

function bin(...parts) {
  return join('node_modules', ...parts);
}

function runNode(parts, env = {}) {
  return (
    spawnSync(process.execPath, parts, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0
  );
}

function countOne(isGood) {
  if (isGood) passed += 1;
  else failed += 1;
  return isGood;
}

function unit() {
  const report = join(results, 'unit.json');
  const update = updates ? ['-u'] : [];
  const isGood = runNode([
    bin('vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...update,
  ]);
  if (!existsSync(report)) return countOne(isGood);
  const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
  passed += numPassedTests;
  failed += Math.max(numFailedTests, success && isGood ? 0 : 1);
  return isGood;
}

async function journeys() {
  const browser = await findBrowser();
  console.log(`Browser: ${browser.name}`);
  const report = join(results, 'journeys.json');
  const isGood = runNode(
    [bin('@playwright', 'test', 'cli.js'), 'test', ...(updates ? ['--update-snapshots=all'] : [])],
    {
      ...browser.env,
      IOMMUSCOPE_EXECUTABLE: browser.executablePath,
      IOMMUSCOPE_ARGUMENTS: JSON.stringify(launchArguments),
      IOMMUSCOPE_PORT: String(await freePort()),
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    },
  );
  if (!existsSync(report)) return countOne(isGood);
  const { stats } = JSON.parse(readFileSync(report, 'utf8'));
  passed += stats.expected + stats.flaky;
  failed += Math.max(stats.unexpected, isGood ? 0 : 1);
  return isGood;
}

const stages = [
  [
    'lint',
    'Format and lint',
    () => countOne(runNode([bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'])),
  ],
  ['types', 'Types', () => countOne(runNode([join('scripts', 'types.mjs')]))],
  ['unit', 'Unit, property and vector tests', unit],
  ['build', 'Build', () => countOne(runNode([bin('vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn']))],
  ['e2e', 'Browser journeys and pictures', journeys],
];

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
for (const [id, title, run] of stages) {
  if (only !== undefined && id !== only && !(only === 'e2e' && id === 'build')) continue;
  console.log(`\n== ${title}`);
  let isGood = false;
  try {
    isGood = await run();
  } catch (error) {
    console.error(error.message);
    failed += 1;
  }
  if (!isGood) break;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
