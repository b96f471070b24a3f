import { expect, it } from 'vitest';
import { architectures } from './architectures';
import type { Field } from './bits/field';
import type { Layout } from './bits/layout';
import { allocateRequest, freeRequest } from './software/pasid/virtio-requests';
import { faultRecord, reservedMemory } from './software/virtio-iommu/reports';
import {
  attachRequest,
  detachRequest,
  mapRequest,
  probeRequest,
  unmapRequest,
} from './software/virtio-iommu/requests';
import {
  virtualCommand,
  virtualCommandCapability,
  virtualCommandResponse,
} from './vtd/layouts/virtual-commands';

/** Registers and requests that only a virtual IOMMU has. */
const pasidRequests = [
  virtualCommandCapability,
  virtualCommand,
  virtualCommandResponse,
  allocateRequest,
  freeRequest,
];

/** What a guest and a virtio-iommu write for each other. */
const virtioStructures = [
  attachRequest,
  detachRequest,
  mapRequest,
  unmapRequest,
  probeRequest,
  reservedMemory,
  faultRecord,
];

function fieldRow({ high, low, abbr, name, kind, meaning, choices }: Field): string {
  const bits = high === low ? String(high) : `${high}:${low}`;
  const values = Object.entries(choices).map(([value, text]) => `${value} ${text}`);
  const said = [meaning, ...(values.length > 0 ? [values.join('; ')] : [])].join(' ');
  return `| ${bits} | ${abbr} | ${name} | ${kind} | ${said} |`;
}

function section(structure: Layout): string[] {
  return [
    '',
    `### ${structure.name}`,
    '',
    `${structure.bits} bits, ${structure.section}`,
    '',
    '| bits | field | name | kind | meaning |',
    '|---|---|---|---|---|',
    ...structure.fields.map(fieldRow),
  ];
}

it('lists every structure and register in docs/layouts.md', async () => {
  const lines = [
    '# Layouts',
    '',
    'Generated from the declarations in `src/engine`; every bit has exactly one field.',
  ];
  for (const architecture of architectures) {
    lines.push('', `## ${architecture.name}`);
    for (const structure of architecture.structures) lines.push(...section(structure));
    const registers = architecture.registerShapes({ arch: architecture.id, config: {} });
    for (const { layout } of registers) if (layout !== undefined) lines.push(...section(layout));
  }
  lines.push('', '## PASID requests of a guest');
  for (const structure of pasidRequests) lines.push(...section(structure));
  lines.push('', '## virtio-iommu');
  for (const structure of virtioStructures) lines.push(...section(structure));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../../docs/layouts.md');
});
