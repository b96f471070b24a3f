import { parseArgs } from 'node:util';
import { bench } from './bench';
import { printable, runFile } from './run';
import { vectors } from './vectors';

const usage = `Usage:
  iommuscope vectors FILE…                          run recorded answers and compare
  iommuscope run FILE [--print trace|state|counts] [--machine ID]
                                                    run a scenario or lesson and print it
  iommuscope bench FILE|MACHINE                     measure a workload, or a machine's own`;

/** Runs one command line; the exit code. */
function main([command, ...rest]: readonly string[]): number {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  if (command === 'vectors' && rest.length > 0) return vectors(rest, print);
  if (command === 'run') {
    const { values, positionals } = parseArgs({
      args: [...rest],
      options: { print: { type: 'string', default: 'trace' }, machine: { type: 'string' } },
      allowPositionals: true,
    });
    const what = printable.find((name) => name === values.print);
    const [file] = positionals;
    if (what !== undefined && file !== undefined) return runFile(file, what, values.machine, print);
  }
  const [what] = rest;
  if (command === 'bench' && what !== undefined) return bench(what, print);
  process.stderr.write(`${usage}\n`);
  return 2;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
