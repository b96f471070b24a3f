import { busText, functionText } from '../function-number';
import type { Bridge, Topology } from './topology';
import { bridgesAbove, rootOf, seenAs } from './upstream';

/** The smallest set of functions that can be kept from the rest. */
export interface Group {
  readonly members: readonly number[];
  /** What the IOMMU sees of them. */
  readonly requesters: readonly number[];
  /** Why they are together. */
  readonly why: string;
}

const alone = 'it has a requester ID of its own, and every port above it keeps neighbours apart';

/** Where the climb of a function ends, and what sent it there. */
interface Anchor {
  readonly name: string;
  readonly why: readonly string[];
}

/** The groups of all functions, in the order of their first members (Linux drivers/iommu/iommu.c, `pci_device_group`). */
export function groupsOf(topology: Topology): readonly Group[] {
  const anchors = new Map<string, { members: number[]; why: Set<string> }>();
  for (const [at, isIsolated] of topology.functions) {
    const { name, why } = topology.isPower ? hostBridge(topology, at) : climb(topology, at, isIsolated);
    const group = anchors.get(name) ?? { members: [], why: new Set<string>() };
    group.members.push(at);
    for (const reason of why) group.why.add(reason);
    anchors.set(name, group);
  }
  return [...anchors.values()].map(({ members, why }) => ({
    members,
    requesters: [...new Set(members.map((at) => seenAs(topology, at)))],
    why: why.size > 0 ? [...why].join('; ') : alone,
  }));
}

function hostBridge(topology: Topology, at: number): Anchor {
  const root = rootOf(topology, at);
  return { name: `host bridge ${root}`, why: [`the host bridge of bus ${busText(root)} is one endpoint`] };
}

/** First the bridges that rename, then the ports that do not isolate, then the functions of the slot. */
function climb(topology: Topology, at: number, isIsolated: boolean): Anchor {
  const why: string[] = [];
  const above = bridgesAbove(topology, at);
  const renaming = above.findLastIndex(({ kind }) => kind === 'pcie-to-pci' || kind === 'pci-to-pci');
  const leaking = above.findLastIndex(({ kind }) => kind === 'port-without-acs');
  const [renames, leaks] = [above[renaming], above[leaking]];
  if (renames !== undefined) why.push(renamed(topology, renames, at));
  if (leaks !== undefined && leaking > renaming)
    why.push(`port ${functionText(leaks.at)} has no ACS: it may turn a request back to a neighbour`);
  const top = above[Math.max(renaming, leaking)];
  if (top !== undefined) return { name: `bridge ${top.at}`, why };
  if (isIsolated) return { name: `function ${at}`, why };
  return {
    name: `slot ${at >> 3}`,
    why: [`the functions of slot ${functionText(at).slice(0, -2)} are not kept from each other`],
  };
}

function renamed(topology: Topology, bridge: Bridge, at: number): string {
  return `bridge ${functionText(bridge.at)} sends what comes from below as ${functionText(seenAs(topology, at))}`;
}
