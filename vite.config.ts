import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [react()],
  // Constants that stay constants are folded into the code: a quarter of the engine's speed.
  worker: { format: 'es', rolldownOptions: { output: { topLevelVar: false } } },
  build: { target: 'es2022', chunkSizeWarningLimit: 600 },
  test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 },
});
