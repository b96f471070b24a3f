/** A line of a kernel's trace that the drivers can replay. Pages are numbers; time is nanoseconds since the start. */
export interface TraceLine {
  readonly kind: 'map' | 'unmap' | 'invalidate';
  readonly cpu: number;
  readonly now: number;
  readonly first: number;
  readonly pages: number;
  /** Of a map. */
  readonly host: number;
  /** Of an invalidation: the two words of its descriptor. */
  readonly words?: string;
}

const head = /\[(\d+)\]\s+\S+\s+(\d+\.\d+):/;
const range = /(map|unmap): IOMMU: iova=0x([0-9a-f]+) - 0x([0-9a-f]+)(?: paddr=0x([0-9a-f]+))?/;
const descriptor = /qi_submit: iotlb_inv \S+: (0x[0-9a-f]+ 0x[0-9a-f]+)/;
const pageBytes = 4096;

/** The maps, unmaps and IOTLB invalidations of a trace's text, in its order. */
export function traceLines(text: string): readonly TraceLine[] {
  return text.split('\n').flatMap((line): TraceLine[] => {
    const [, cpu, seconds] = head.exec(line) ?? [];
    const at = { cpu: Number(cpu), now: Number(seconds) * 1e9 };
    const [, words] = descriptor.exec(line) ?? [];
    if (words !== undefined) return [{ ...at, kind: 'invalidate', first: 0, pages: 0, host: 0, words }];
    const [, kind, from, to, host] = range.exec(line) ?? [];
    if (kind === undefined || from === undefined || to === undefined) return [];
    const first = Number.parseInt(from, 16) / pageBytes;
    const pages = Number.parseInt(to, 16) / pageBytes - first;
    const target = host === undefined ? 0 : Number.parseInt(host, 16) / pageBytes;
    return [{ ...at, kind: kind === 'map' ? 'map' : 'unmap', first, pages, host: target }];
  });
}
