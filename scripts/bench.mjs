/* Measures the engine and the page and prints one JSON document. Nothing here is asserted. */
import './node-version.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findBrowser, launchArguments } from './browser.mjs';
import { freePort } from './port.mjs';

const vite = join('node_modules', 'vite', 'bin', 'vite.js');
const playMilliseconds = 5_000;

const machines = ['vtd', 'smmuv3', 'amdvi', 'riscv'];

function engine(machine) {
  const { stdout, status } = spawnSync(process.execPath, [join('scripts', 'cli.mjs'), 'bench', machine], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('The engine’s benchmark failed.');
  return JSON.parse(stdout).workloads;
}

/** Gzip bytes of what the page asks for before any lazy part: document, scripts and styles. */
function firstLoad() {
  const html = readFileSync(join('dist', 'index.html'), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
  const bytes = (name) => gzipSync(readFileSync(join('dist', name))).length;
  const of = (ending) =>
    files.filter((name) => name.endsWith(ending)).reduce((sum, name) => sum + bytes(name), 0);
  return { script: of('.js'), style: of('.css') };
}

async function preview() {
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [vite, 'preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(url).catch(() => undefined)) return { url, stop: () => server.kill() };
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('The page is not served.');
}

function watchLongTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
}

async function settledAt(page) {
  await page.waitForFunction(() => document.documentElement.dataset.settled === 'true');
  return page.evaluate(() => Math.round(performance.now()));
}

async function start(page, url) {
  await page.goto(url);
  const interactive = await settledAt(page);
  const firstPaint = await page.evaluate(() =>
    Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1),
  );
  await page.waitForTimeout(1_000);
  return { firstPaint, interactive, longTasks: await page.evaluate(() => globalThis.longTasks) };
}

async function play(page, url) {
  await page.goto(`${url}#lesson=nested-walk`);
  await settledAt(page);
  await page.keyboard.press('Shift+ArrowRight');
  await page.evaluate(() => {
    globalThis.longTasks.length = 0;
  });
  await page.getByLabel('Speed').selectOption('2');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Play to the stop' }).click();
  const framesPerSecond = await page.evaluate(
    (length) =>
      new Promise((done) => {
        const began = performance.now();
        let frames = 0;
        const count = (now) => {
          frames += 1;
          if (now - began < length) requestAnimationFrame(count);
          else done(Math.round((frames * 10_000) / (now - began)) / 10);
        };
        requestAnimationFrame(count);
      }),
    playMilliseconds,
  );
  return { framesPerSecond, longTasks: await page.evaluate(() => globalThis.longTasks) };
}

spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { stdio: 'inherit' });
const figures = {
  engine: Object.fromEntries(machines.map((machine) => [machine, engine(machine)])),
  firstLoadGzipBytes: firstLoad(),
};
const found = await findBrowser();
const { chromium } = await import('playwright-core');
const browser = await chromium.launch({
  executablePath: found.executablePath,
  args: launchArguments,
  env: { ...process.env, ...found.env },
});
const server = await preview();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(watchLongTasks);
  figures.startPageMilliseconds = await start(page, server.url);
  figures.playing = await play(page, server.url);
} finally {
  await browser.close();
  server.stop();
}
console.log(JSON.stringify(figures, null, 2));
