import type { MemoryRun } from './setting';

/** The host's pages behind `count` guest pages from `page`, in runs; undefined where the guest has no memory. */
export function hostRuns(
  memory: readonly MemoryRun[],
  page: number,
  count: number,
): readonly MemoryRun[] | undefined {
  const found: MemoryRun[] = [];
  for (let done = 0; done < count; ) {
    const guest = page + done;
    const run = memory.find((other) => guest >= other.guest && guest < other.guest + other.count);
    if (run === undefined) return undefined;
    const left = Math.min(count - done, run.guest + run.count - guest);
    found.push({ guest, host: run.host + guest - run.guest, count: left });
    done += left;
  }
  return found;
}
