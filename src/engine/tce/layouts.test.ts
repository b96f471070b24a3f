import { expect, it } from 'vitest';
import type { Layout } from '../bits/layout';
import { tce } from '../machines/tce';
import * as calls from './layouts/calls';
import * as device from './layouts/device';
import * as registers from './layouts/registers';
import * as paging from './layouts/tce';

const isLayout = (value: unknown): value is Layout =>
  typeof value === 'object' && value !== null && 'fields' in value && 'section' in value;

it('every layout is a structure or a register of the machine', () => {
  const declared = [calls, device, paging, registers].flatMap((file) => Object.values(file).filter(isLayout));
  const used = [
    ...tce.structures,
    ...tce.registerShapes({ arch: 'tce', config: {} }).map(({ layout }) => layout),
  ];
  expect(declared.length).toBe(12);
  expect(declared.filter((layout) => !used.includes(layout))).toEqual([]);
});
