/* Finds or provides a Chromium for the tests; gives its path and environment. */
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, createBrotliDecompress } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fontSettings = join(root, 'e2e', 'support');
const source = join(root, 'e2e', 'browser', 'node_modules', '@sparticuz', 'chromium');
const cache = join(root, 'e2e', 'browser', 'node_modules', '.cache');
export const launchArguments = [
  '--no-sandbox',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--disable-gpu',
];

/** The first browser that starts and draws text. Throws with what was tried when none does. */
export async function findBrowser() {
  unpackFonts();
  const tried = [];
  for (const [name, provide] of candidates) {
    try {
      const found = await provide();
      if (found === undefined) continue;
      await probe(found);
      return { ...found, name };
    } catch (error) {
      tried.push(`${name}: ${String(error.message ?? error).split('\n')[0]}`);
    }
  }
  throw new Error(
    `No browser for the tests could be started.\n${tried.map((line) => `  ${line}`).join('\n')}\nInstall Chromium and set IOMMUSCOPE_BROWSER to its path.`,
  );
}

const candidates = [
  ['IOMMUSCOPE_BROWSER', async () => existing(process.env.IOMMUSCOPE_BROWSER)],
  ['packaged Chromium', packaged],
  ['Playwright’s Chromium', managed],
  ['system Chromium', async () => system()],
  ['playwright install', downloaded],
  ['apt-get install chromium', async () => fromApt()],
];

function existing(path) {
  return path && existsSync(path) ? { executablePath: path, env: fontEnvironment() } : undefined;
}

function fontEnvironment() {
  if (!existsSync(join(cache, 'fonts'))) return {};
  return { FONTCONFIG_FILE: join(fontSettings, 'fonts.conf'), FONTCONFIG_PATH: fontSettings };
}

async function managed() {
  const { chromium } = await import('playwright-core');
  return existing(chromium.executablePath());
}

function system() {
  const names =
    process.platform === 'darwin'
      ? [
          '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
          '/Applications/Chromium.app/Contents/MacOS/Chromium',
        ]
      : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return existing(names.find((path) => existsSync(path)));
}

async function downloaded() {
  const cli = join(root, 'node_modules', 'playwright', 'cli.js');
  const result = spawnSync(process.execPath, [cli, 'install', 'chromium'], {
    stdio: 'ignore',
    timeout: 180_000,
  });
  return result.status === 0 ? managed() : undefined;
}

function fromApt() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return undefined;
  spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: 120_000 });
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
    stdio: 'ignore',
    timeout: 400_000,
  });
  return system();
}

/** The Chromium of the package in e2e/browser, unpacked once; Linux x64 only. */
async function packaged() {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(source)) return undefined;
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const target = join(cache, `chromium-${version}`);
  if (!existsSync(target)) {
    const temporary = `${target}.${process.pid}`;
    mkdirSync(temporary, { recursive: true });
    const inflated = createWriteStream(join(temporary, 'chromium'), { mode: 0o755 });
    await pipeline(createReadStream(join(source, 'bin', 'chromium.br')), createBrotliDecompress(), inflated);
    for (const archive of ['al2023.tar.br', 'swiftshader.tar.br']) {
      untar(archive, temporary);
    }
    if (existsSync(target)) rmSync(temporary, { recursive: true });
    else renameSync(temporary, target);
  }
  const libraries = join(target, 'lib');
  return {
    executablePath: join(target, 'chromium'),
    env: { ...fontEnvironment(), LD_LIBRARY_PATH: [libraries, target].join(':') },
  };
}

/** The one font that every Linux browser falls back to, so that all draw the same text. */
function unpackFonts() {
  if (process.platform !== 'linux' || existsSync(join(cache, 'fonts')) || !existsSync(source)) return;
  untar('fonts.tar.br', cache);
}

/** Unpacks the plain files of one of the package's archives. */
function untar(name, folder) {
  const archive = brotliDecompressSync(readFileSync(join(source, 'bin', name)));
  for (let at = 0; at + 512 <= archive.length; ) {
    const file = archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    if (file === '') return;
    const size = Number.parseInt(archive.toString('utf8', at + 124, at + 136), 8);
    const isFile = archive[at + 156] === 0x30 || archive[at + 156] === 0;
    if (isFile) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, archive.subarray(at + 512, at + 512 + size), { mode: 0o755 });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

async function probe({ executablePath, env }) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: launchArguments,
    env: { ...process.env, ...env },
    timeout: 30_000,
  });
  try {
    const page = await browser.newPage();
    const width = await page.evaluate(
      () => document.createElement('canvas').getContext('2d')?.measureText('IOMMU').width ?? 0,
    );
    if (!(width > 0)) throw new Error('it draws no text');
  } finally {
    await browser.close();
  }
}
