import type { Cache } from './cache/cache';
import type { DevicePort } from './device/port';
import type { RegisterFile, RegisterShape } from './registers';
import type { DmaRequest, Outcome } from './request';

/** A hardware model. Faults are part of the outcome; only bugs are thrown. */
export interface Iommu {
  readonly registers: RegisterFile;
  readonly shapes: readonly RegisterShape[];
  readonly caches: readonly Cache[];
  /** Answers or refuses a request; writes over `outcome`. */
  translate(request: DmaRequest, outcome: Outcome): void;
  /** Connects the devices that keep translations; before, there are none. */
  connect(devices: DevicePort): void;
  /** Takes a device's page request, the only one of its group. */
  askForPage(request: DmaRequest, group: number): void;
  /** Software writes a register. `by` is a code of `writers`; `register` indexes `shapes`. */
  writeRegister(by: number, register: number, low: number, high: number): void;
  /** Takes the words of all registers as they are, without an event: a machine put where another one stands. */
  load(words: Uint32Array): void;
  /** Software reads the pending fault records and frees them. */
  acknowledgeFaults(by: number): void;
  /** Empties every cache, as a power cycle would; no event. */
  dropCaches(): void;
  /** Empties what caches translations and tables, and keeps device structures; no event. */
  dropTranslations(): void;
}
