/* Checks each side of the walls with its own compiler settings. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
const projects = ['src/engine', 'src/worker', 'src/ui', 'src/cli', '.'];
const failed = projects.filter(
  (project) => spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' }).status !== 0,
);
if (failed.length > 0) console.error(`Types are wrong in ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
