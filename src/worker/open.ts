import { isVectorFile, openVectors } from '../engine/artefacts/vectors';
import { checkScenario } from '../engine/scenario/parse';
import { failed, type Parsed } from '../engine/scenario/problem';
import type { Opened } from './protocol';

const mostBytes = 64 * 1024 * 1024;

/** Opens a scenario or a vector file from its bytes, plain or gzipped. Problems say where and what. */
export async function open(bytes: Uint8Array, name: string): Promise<Parsed<Opened>> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(isGzip ? await inflate(bytes) : bytes);
  } catch (error) {
    const reason =
      error instanceof RangeError
        ? error.message
        : isGzip
          ? 'the gzip data is damaged'
          : 'it is not UTF-8 text';
    return failed(name, `This file cannot be read: ${reason}.`);
  }
  return openText(text, name);
}

/** Opens a scenario or a vector file from its text. */
export function openText(text: string, name: string): Parsed<Opened> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed(name, `This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isVectorFile(value)) {
    const file = openVectors(value);
    return file.ok ? { ok: true, value: { kind: 'vectors', file: file.value } } : file;
  }
  const format =
    typeof value === 'object' && value !== null ? (value as { format?: unknown }).format : undefined;
  if (typeof format !== 'string') {
    return failed(
      `${name}: format`,
      'The file does not say its format. Iommuscope reads iommuscope/1 and iommu-vectors/1.',
    );
  }
  if (!format.startsWith('iommuscope/')) {
    return failed(
      `${name}: format`,
      `The file has format ${format}. Iommuscope reads iommuscope/1 and iommu-vectors/1.`,
    );
  }
  const scenario = checkScenario(value);
  return scenario.ok ? { ok: true, value: { kind: 'scenario', scenario: scenario.value } } : scenario;
}

/** Inflates gzip data; throws a RangeError when it grows beyond the limit. */
async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.length;
    if (total > mostBytes) throw new RangeError(`it inflates to more than ${mostBytes / 1024 / 1024} MiB`);
    chunks.push(value);
  }
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
