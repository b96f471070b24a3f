import { defineConfig } from '@playwright/test';

const port = process.env['IOMMUSCOPE_PORT'] ?? '4173';
const executablePath = process.env['IOMMUSCOPE_EXECUTABLE'];
const args = JSON.parse(process.env['IOMMUSCOPE_ARGUMENTS'] ?? '[]') as string[];
const isLinux = process.platform === 'linux';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  reporter: [['list'], ['json']],
  snapshotPathTemplate: '{testDir}/__screenshots__/{testFileName}/{arg}{ext}',
  // Other platforms draw text differently: there the pictures are only roughly compared.
  expect: { toHaveScreenshot: isLinux ? { threshold: 0, maxDiffPixels: 0 } : { maxDiffPixelRatio: 0.1 } },
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: executablePath === undefined ? { args } : { executablePath, args },
  },
  webServer: {
    command: `node node_modules/vite/bin/vite.js preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});
