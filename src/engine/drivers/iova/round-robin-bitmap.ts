import type { IovaAllocator, IovaRange } from './allocator';
import { Bitmap } from './bitmap';
import { LiveRanges } from './live-ranges';
import { Line, Lock, type Meter } from './meter';

/** Pages of an aperture, 128 MiB: APERTURE_RANGE_SHIFT is 27. */
export const aperturePages = 32_768;
/** Together 4 GiB: APERTURE_MAX_RANGES. */
export const maximumApertures = 32;

/**
 * One bitmap for each aperture of 128 MiB, next-fit from where the last search ended (Linux v3.2
 * drivers/iommu/amd_iommu.c, dma_ops_alloc_addresses and dma_ops_free_addresses). Page 0 is never given out.
 */
export class RoundRobinBitmap implements IovaAllocator {
  readonly name = 'Round-robin bitmap';
  readonly #meter: Meter;
  readonly #lock = new Lock();
  readonly #fields = new Line();
  readonly #apertures: { readonly bitmap: Bitmap; readonly line: Line }[] = [];
  readonly #live = new LiveRanges();
  #nextPage = 0;
  #needsFlush = false;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#addAperture();
    this.#apertures[0]?.bitmap.set(0, 1);
  }

  /** The page at which the next search starts: next_address. */
  get nextPage(): number {
    return this.#nextPage;
  }

  /** How many apertures there are. */
  get apertures(): number {
    return this.#apertures.length;
  }

  /** Whether addresses that may be given out again could still be cached; asking settles it. */
  takeFlush(): boolean {
    const needsFlush = this.#needsFlush;
    this.#needsFlush = false;
    return needsFlush;
  }

  allocate(pages: number, limitPage: number, cpu: number): number {
    this.#meter.acquire(this.#lock, cpu);
    this.#meter.write(this.#fields, cpu);
    let first = this.#searchAround(pages, limitPage, cpu);
    while (first < 0) {
      // Only the new aperture is searched at first.
      this.#nextPage = this.#apertures.length * aperturePages;
      if (!this.#addAperture()) break;
      first = this.#searchAround(pages, limitPage, cpu);
    }
    if (first >= 0) this.#live.add(first, pages);
    this.#meter.release(this.#lock, cpu);
    return first;
  }

  free(page: number, pages: number, cpu: number): void {
    this.#meter.acquire(this.#lock, cpu);
    const aperture = this.#apertures[Math.floor(page / aperturePages)];
    if (aperture !== undefined && this.#live.remove(page)) {
      if (page >= this.#nextPage) {
        this.#needsFlush = true;
        this.#meter.write(this.#fields, cpu);
      } else {
        this.#meter.read(this.#fields, cpu);
      }
      aperture.bitmap.clear(page % aperturePages, pages);
      this.#meter.scanWords(aperture.bitmap.takeScanned(), cpu);
      this.#meter.write(aperture.line, cpu);
    }
    this.#meter.release(this.#lock, cpu);
  }

  ranges(): readonly IovaRange[] {
    return this.#live.list();
  }

  #addAperture(): boolean {
    if (this.#apertures.length === maximumApertures) return false;
    this.#apertures.push({ bitmap: new Bitmap(aperturePages), line: new Line() });
    return true;
  }

  /** From the next page upwards; then from the bottom, where addresses come back that may still be cached. */
  #searchAround(pages: number, limitPage: number, cpu: number): number {
    const first = this.#searchUp(pages, limitPage, cpu);
    if (first >= 0) return first;
    this.#nextPage = 0;
    this.#needsFlush = true;
    return this.#searchUp(pages, limitPage, cpu);
  }

  #searchUp(pages: number, limitPage: number, cpu: number): number {
    let from = this.#nextPage % aperturePages;
    for (let index = Math.floor(this.#nextPage / aperturePages); index < this.#apertures.length; index++) {
      const aperture = this.#apertures[index];
      const base = index * aperturePages;
      if (aperture === undefined || base > limitPage) break;
      const at = aperture.bitmap.findFree(pages, from, limitPage + 1 - base);
      if (at >= 0) aperture.bitmap.set(at, pages);
      this.#meter.scanWords(aperture.bitmap.takeScanned(), cpu);
      if (at >= 0) {
        this.#meter.write(aperture.line, cpu);
        this.#nextPage = base + at + pages;
        return base + at;
      }
      this.#meter.read(aperture.line, cpu);
      from = 0;
    }
    return -1;
  }
}
