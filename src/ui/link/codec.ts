import { failed, type Parsed } from '../../engine/scenario/problem';

const mostCharacters = 32_000;
const mostBytes = 1024 * 1024;

/** Packs a value for an address: JSON, deflated, base64url. */
export async function pack(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = '';
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Unpacks what `pack` made. Text that is too long, damaged, or grows too large is a problem. */
export async function unpack(text: string): Promise<Parsed<unknown>> {
  if (text.length > mostCharacters) return failed('link', 'The link is longer than 32,000 characters.');
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return failed('link', 'The link has characters that no link has.');
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    );
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return { ok: true, value: JSON.parse(await readLimited(stream)) };
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : 'Part of it is missing or changed.';
    return failed('link', `The link is damaged. ${reason}`);
  }
}

/** Reads a stream as text, and stops when it grows beyond the limit. */
async function readLimited(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    total += value.length;
    if (total > mostBytes) {
      await reader.cancel();
      throw new RangeError('It grows beyond 1 MiB.');
    }
    text += decoder.decode(value, { stream: true });
  }
}
