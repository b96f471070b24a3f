import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack } from './codec';

/** Packs text that need not be JSON. */
async function packText(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return Buffer.from(bytes).toString('base64url');
}

async function complaintOf(text: string): Promise<string> {
  const unpacked = await unpack(text);
  if (unpacked.ok) throw new Error(`It was read as ${JSON.stringify(unpacked.value)}.`);
  return unpacked.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

const damaged = 'link: The link is damaged. Part of it is missing or changed.';

describe('packing', () => {
  it('is undone by unpacking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const value = JSON.parse(text);
        expect(await unpack(await pack(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('uses only letters that an address carries as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const packed = await pack(text);
        expect(encodeURIComponent(packed)).toBe(packed);
      }),
    );
  });
});

describe('unpacking', () => {
  it('answers any text with a value or a problem of the link', async () => {
    const letters = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: letters })), async (text) => {
        const unpacked = await unpack(text);
        if (!unpacked.ok) expect(unpacked.problems.map(({ path }) => path)).toEqual(['link']);
      }),
    );
  });

  it('tells a link that was cut anywhere from a whole one', async () => {
    const whole = await pack({ l: 'nested-walk', c: [4, 17], s: 'log' });
    for (let length = 0; length < whole.length; length++)
      expect(await complaintOf(whole.slice(0, length))).toBe(damaged);
  });

  it('refuses letters that base64url does not have', async () => {
    const said = 'link: The link has characters that no link has.';
    for (const text of ['a+b', 'a/b', 'YQ==', 'a b', 'a%20b', '…'])
      expect(await complaintOf(text)).toBe(said);
  });

  it('refuses a number of letters that no bytes give', async () => {
    expect(await complaintOf('AAAAA')).toBe(damaged);
  });

  it('refuses what inflates to something other than JSON', async () => {
    expect(await complaintOf(await packText('{"l":'))).toBe(damaged);
    expect(await complaintOf(await packText(''))).toBe(damaged);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const stream = new Blob([Uint8Array.of(0x22, 0xff, 0x22)])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(await complaintOf(Buffer.from(bytes).toString('base64url'))).toBe(damaged);
  });

  it('stops a short link that grows beyond 1 MiB', async () => {
    const bomb = await pack('a'.repeat(16 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(32_000);
    expect(await complaintOf(bomb)).toBe('link: The link is damaged. It grows beyond 1 MiB.');
  });

  it('reads what is just within 1 MiB', async () => {
    const text = 'a'.repeat(1024 * 1024 - 2);
    expect(await unpack(await pack(text))).toEqual({ ok: true, value: text });
  });

  it('does not look into a link of more than 32,000 characters', async () => {
    expect(await complaintOf('A'.repeat(32_001))).toBe('link: The link is longer than 32,000 characters.');
  });
});
