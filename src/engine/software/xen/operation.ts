import { parseWord } from '../../bits/hex';
import type { Problem } from '../../scenario/problem';

/** One operation of an iommu_op hypercall. Numbers are frames of 4 KiB. */
export type Operation =
  | {
      readonly op: 'map';
      readonly bfn: number;
      readonly target: Target;
      readonly gfn: number;
      readonly isReadOnly: boolean;
    }
  | { readonly op: 'unmap'; readonly bfn: number }
  /** Of everything that the caller has mapped when it names no frames. */
  | { readonly op: 'flush'; readonly bfn?: number; readonly frames?: number };

/** Whose memory: a domid, or the caller's own. */
export type Target = number | 'self';

/** How DOMID_SELF is written. */
export const self = 'DOMID_SELF';

const forms = 'map BFN DOMAIN GFN [readonly]; unmap BFN; flush [BFN FRAMES]';

/** Reads the operations of a batch, one after the other with semicolons. */
export function parseOperations(text: string, domains: readonly string[]): readonly Operation[] | Problem {
  const found: Operation[] = [];
  for (const part of text.split(';')) {
    const operation = parseOperation(part.trim().split(/\s+/), domains);
    if (operation === undefined)
      return { path: '.with.ops', message: `“${part.trim()}” is none of: ${forms}. Frames are hexadecimal.` };
    found.push(operation);
  }
  return found;
}

function parseOperation(words: readonly string[], domains: readonly string[]): Operation | undefined {
  const [op, first, second, third, fourth] = words;
  const bfn = frameOf(first);
  if (op === 'flush' && words.length === 1) return { op };
  if (bfn === undefined) return undefined;
  if (op === 'unmap' && words.length === 2) return { op, bfn };
  const frames = frameOf(second);
  if (op === 'flush' && words.length === 3 && frames !== undefined && frames > 0) return { op, bfn, frames };
  const target = second === self ? 'self' : domains.indexOf(second ?? '');
  const gfn = frameOf(third);
  const isWhole = words.length === 4 || (words.length === 5 && fourth === 'readonly');
  if (op !== 'map' || !isWhole || target === -1 || gfn === undefined) return undefined;
  return { op, bfn, target, gfn, isReadOnly: fourth === 'readonly' };
}

function frameOf(text: string | undefined): number | undefined {
  const word = parseWord(text ?? '');
  return word === undefined || word.high >= 2 ** 20 ? undefined : word.high * 2 ** 32 + word.low;
}
