import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionText } from '../function-number';
import { groupsOf } from './groups';
import { readTopology, type Topology } from './topology';
import { seenAs } from './upstream';

function drawn(lines: readonly string[], isPower = false): Topology {
  const { topology, problems } = readTopology(lines, isPower);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return topology;
}

/** Members of each group, and what the IOMMU sees of them. */
function groupTexts(lines: readonly string[], isPower = false): readonly string[] {
  const list = (numbers: readonly number[]): string => numbers.map(functionText).join(' ');
  return groupsOf(drawn(lines, isPower)).map(
    ({ members, requesters }) => `${list(members)} as ${list(requesters)}`,
  );
}

describe('groups of functions', () => {
  it('are single functions on the root bus', () => {
    expect(groupTexts(['function 00:03.0', 'function 00:03.1'])).toEqual([
      '00:03.0 as 00:03.0',
      '00:03.1 as 00:03.1',
    ]);
  });

  it('take in all that a PCIe-to-PCI bridge sends as function 00.0 of its bus', () => {
    expect(
      groupTexts(['bridge 00:1c.0 pcie-to-pci secondary 2', 'function 02:01.0', 'function 02:02.0']),
    ).toEqual(['02:01.0 02:02.0 as 02:00.0']);
  });

  it('take in all that a conventional bridge sends as itself', () => {
    expect(groupTexts(['bridge 00:1e.0 pci-to-pci secondary 2', 'function 02:01.0'])).toEqual([
      '02:01.0 as 00:1e.0',
    ]);
  });

  it('see the uppermost of two bridges that rename', () => {
    expect(
      groupTexts([
        'bridge 00:1c.0 pcie-to-pci secondary 2',
        'bridge 02:04.0 pci-to-pci secondary 3',
        'function 02:01.0',
        'function 03:01.0',
      ]),
    ).toEqual(['02:01.0 03:01.0 as 02:00.0']);
  });

  it('grow at a port without ACS, also when the ports below it have it', () => {
    const below = ['bridge 03:00.0 port secondary 4', 'bridge 03:01.0 port secondary 5'];
    const functions = ['function 04:00.0', 'function 05:00.0'];
    const apart = ['04:00.0 as 04:00.0', '05:00.0 as 05:00.0'];
    expect(groupTexts(['bridge 00:1d.0 port secondary 3', ...below, ...functions])).toEqual(apart);
    expect(groupTexts(['bridge 00:1d.0 port-without-acs secondary 3', ...below, ...functions])).toEqual([
      '04:00.0 05:00.0 as 04:00.0 05:00.0',
    ]);
  });

  it('take in the functions of a slot that are not kept from each other, and only those', () => {
    expect(
      groupTexts(['function 00:19.0 unisolated', 'function 00:19.1 unisolated', 'function 00:19.2']),
    ).toEqual(['00:19.0 00:19.1 as 00:19.0 00:19.1', '00:19.2 as 00:19.2']);
  });

  it('are host bridges on POWER', () => {
    const lines = ['host-bridge bus 00', 'host-bridge bus 80', 'function 00:03.0', 'function 00:04.0'];
    expect(groupTexts([...lines, 'function 80:03.0'], true)).toEqual([
      '00:03.0 00:04.0 as 00:03.0 00:04.0',
      '80:03.0 as 80:03.0',
    ]);
  });
});

describe('the reason of a group', () => {
  const whyOf = (lines: readonly string[]): string | undefined => groupsOf(drawn(lines))[0]?.why;

  it('names the bridge that renames, and the port above it that has no ACS', () => {
    const bridge = 'bridge 01:00.0 pcie-to-pci secondary 2';
    expect(whyOf(['bridge 00:1d.0 port-without-acs secondary 1', bridge, 'function 02:01.0'])).toBe(
      'bridge 01:00.0 sends what comes from below as 02:00.0; port 00:1d.0 has no ACS: it may turn a request back to a neighbour',
    );
  });

  it('leaves out a port without ACS below a bridge that renames: there is nothing more to tell apart', () => {
    const port = 'bridge 02:00.0 port-without-acs secondary 3';
    expect(whyOf(['bridge 00:1c.0 pcie-to-pci secondary 2', port, 'function 03:00.0'])).toBe(
      'bridge 00:1c.0 sends what comes from below as 02:00.0',
    );
  });

  it('says so when nothing is shared', () => {
    expect(whyOf(['function 00:03.0'])).toMatch(/a requester ID of its own/);
  });
});

/** Bridges one below or beside another on buses 1 to 5, and functions on any of them. */
const lines = fc
  .record({
    kinds: fc.array(fc.constantFrom('port', 'port-without-acs', 'pcie-to-pci', 'pci-to-pci'), {
      minLength: 5,
      maxLength: 5,
    }),
    above: fc.tuple(...[0, 1, 2, 3, 4].map((bus) => fc.integer({ min: 0, max: bus }))),
    functions: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 7 })), {
      minLength: 1,
      maxLength: 12,
      selector: ([bus, part]) => bus * 8 + part,
    }),
    isIsolated: fc.boolean(),
  })
  .map(({ kinds, above, functions, isIsolated }) => [
    ...kinds.map((kind, n) => `bridge 0${above[n]}:1${n}.0 ${kind} secondary ${n + 1}`),
    ...functions.map(([bus, part]) => `function 0${bus}:01.${part}${isIsolated ? '' : ' unisolated'}`),
  ]);

describe('for every topology', () => {
  it('each function is in one group, and what looks alike to the IOMMU is in the same', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (drawing, isPower) => {
        const topology = drawn(drawing, isPower);
        const groups = groupsOf(topology);
        const members = groups.flatMap((group) => group.members);
        expect([...members].sort()).toEqual([...topology.functions.keys()].sort());
        const seen = groups.flatMap(({ requesters }) => requesters);
        expect(new Set(seen).size).toBe(seen.length);
        for (const group of groups)
          expect(new Set(group.members.map((at) => seenAs(topology, at)))).toEqual(new Set(group.requesters));
      }),
    );
  });
});
