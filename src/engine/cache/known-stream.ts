import type { DmaRequest } from '../request';
import type { TraceWriter } from '../trace/trace';
import type { Cache } from './cache';

const untranslated = 0;
const execute = 2;

/**
 * The last stream of requests that passed every check of device and process contexts. While nothing changes in their
 * caches the look-ups would find the same, and use what was used last, which changes no replacement order: a request of
 * the same stream goes straight to the IOTLB. A traced run makes the look-ups, because they are seen.
 */
export class KnownStream {
  readonly #trace: TraceWriter;
  readonly #contexts: Cache;
  readonly #processes: Cache;
  #device = -1;
  #pasid = -1;
  #isExecute = false;
  #privileged = false;
  #root = -1;
  #contextVersion = -1;
  #processVersion = -1;

  constructor(trace: TraceWriter, contexts: Cache, processes: Cache) {
    this.#trace = trace;
    this.#contexts = contexts;
    this.#processes = processes;
  }

  /** Whether the request needs no look-up. `root` stands for the table that contexts are found through. */
  matches(request: DmaRequest, root: number): boolean {
    return (
      request.device === this.#device &&
      request.pasid === this.#pasid &&
      root === this.#root &&
      this.#contexts.version === this.#contextVersion &&
      this.#processes.version === this.#processVersion &&
      request.type === untranslated &&
      (request.access === execute) === this.#isExecute &&
      request.privileged === this.#privileged &&
      !this.#trace.isOn
    );
  }

  /** Nothing is remembered when a cache is off: then every request reads memory. */
  remember(request: DmaRequest, root: number): void {
    if (this.#contexts.size === 0 || this.#processes.size === 0) return;
    this.#device = request.device;
    this.#pasid = request.pasid;
    this.#isExecute = request.access === execute;
    this.#privileged = request.privileged;
    this.#root = root;
    this.#contextVersion = this.#contexts.version;
    this.#processVersion = this.#processes.version;
  }

  forget(): void {
    this.#device = -1;
  }
}
