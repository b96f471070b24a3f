import { expect, it } from 'vitest';
import { deviceText, sizeText } from './text';

it('writes a size in the largest unit that is not more than it', () => {
  expect([10, 12, 20, 29, 30, 44, 52, 64].map(sizeText)).toEqual([
    '1 KiB',
    '4 KiB',
    '1 MiB',
    '512 MiB',
    '1 GiB',
    '16 TiB',
    '4 PiB',
    '16384 PiB',
  ]);
});

it('writes bus, device and function', () => {
  expect([0x0, 0x18, 0x1a2, 0xffff].map(deviceText)).toEqual(['00:00.0', '00:03.0', '01:14.2', 'ff:1f.7']);
});
