import { failed, type Parsed } from '../../engine/scenario/problem';
import { pack, unpack } from './codec';
import type { Payload } from './payload';
import { newestVersion, upgrade } from './upgraders';

/** The fragment of an address for a payload, without `#`. The version stands outside the packing. */
export async function fragmentOf(payload: Payload): Promise<string> {
  return `v${newestVersion}.${await pack(payload)}`;
}

/** Reads a fragment. A damaged link, or one from a newer version, is a problem. */
export async function readFragment(fragment: string): Promise<Parsed<Payload>> {
  const match = /^v(\d+)\.(.*)$/s.exec(fragment);
  if (match === null) return failed('link', 'This is no link of Iommuscope.');
  const version = Number(match[1]);
  if (version > newestVersion) {
    return failed(
      'link',
      `The link is of version ${version}; this page reads up to version ${newestVersion}. Reload the page, or open it where it was made.`,
    );
  }
  const unpacked = await unpack(match[2] ?? '');
  return unpacked.ok ? upgrade(version, unpacked.value) : unpacked;
}
