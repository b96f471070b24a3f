import type { Problem } from '../../../scenario/problem';
import { busText, functionText, parseFunction } from '../function-number';

/**
 * What a bridge does to requests from below: a `port` (PCI Express, with ACS) keeps neighbours apart, a `port-without-acs` may turn a
 * request back to a neighbour, `pcie-to-pci` and `pci-to-pci` put a number of their own on it.
 */
const bridgeKinds = ['port', 'port-without-acs', 'pcie-to-pci', 'pci-to-pci'] as const;
type BridgeKind = (typeof bridgeKinds)[number];

export interface Bridge {
  readonly at: number;
  readonly kind: BridgeKind;
  /** The bus below it. */
  readonly secondary: number;
}

/** Who is where on the bus. */
export interface Topology {
  /** On POWER a host bridge is one endpoint, whatever is below it. */
  readonly isPower: boolean;
  /** Buses of the host bridges; bus 00 when none is named. */
  readonly roots: ReadonlySet<number>;
  /** By the bus below it. */
  readonly bridges: ReadonlyMap<number, Bridge>;
  /** Functions, and whether the functions of their slot are kept from each other. */
  readonly functions: ReadonlyMap<number, boolean>;
}

interface Growing {
  readonly roots: Set<number>;
  readonly bridges: Map<number, Bridge>;
  readonly functions: Map<number, boolean>;
}

const forms: Readonly<Record<string, string>> = {
  'host-bridge': 'host-bridge bus 00',
  bridge: `bridge 00:1c.0 ${bridgeKinds.join('|')} secondary 2`,
  function: 'function 02:01.0 or function 02:01.0 unisolated',
};

/**
 * The topology that lines such as `bridge 00:1c.0 pcie-to-pci secondary 2` draw, the upper parts first; buses are hexadecimal.
 * Lines that are wrong are left out and are problems.
 */
export function readTopology(
  lines: readonly string[],
  isPower: boolean,
): { readonly topology: Topology; readonly problems: readonly Problem[] } {
  const growing: Growing = { roots: new Set(), bridges: new Map(), functions: new Map() };
  const namesRoots = lines.some((line) => line.trimStart().startsWith('host-bridge '));
  if (!namesRoots) growing.roots.add(0);
  const problems = lines.flatMap((line, index): Problem[] => {
    const message = add(growing, line.trim().split(/\s+/));
    return message === undefined ? [] : [{ path: `.config.topology[${index}]`, message }];
  });
  return { topology: { isPower, ...growing }, problems };
}

/** Adds what a line says; what is wrong with it otherwise. */
function add(topology: Growing, [what = '', ...rest]: readonly string[]): string | undefined {
  if (what === 'host-bridge') return addRoot(topology, rest);
  if (what === 'bridge') return addBridge(topology, rest);
  if (what === 'function') return addFunction(topology, rest);
  return `A line begins with ${Object.keys(forms).join(', ')}.`;
}

function addRoot(topology: Growing, [word, text, ...rest]: readonly string[]): string | undefined {
  const bus = busOf(text);
  if (word !== 'bus' || bus === undefined || rest.length > 0) return `Write ${forms['host-bridge']}.`;
  if (hasBus(topology, bus)) return `There are two buses ${busText(bus)}.`;
  topology.roots.add(bus);
  return undefined;
}

function addBridge(topology: Growing, words: readonly string[]): string | undefined {
  const [place, kindText, word, text, ...rest] = words;
  const at = parseFunction(place ?? '');
  const kind = bridgeKinds.find((known) => known === kindText);
  const secondary = busOf(text);
  if (
    at === undefined ||
    kind === undefined ||
    word !== 'secondary' ||
    secondary === undefined ||
    rest.length > 0
  )
    return `Write ${forms['bridge']}.`;
  if (hasBus(topology, secondary)) return `There are two buses ${busText(secondary)}.`;
  const misplaced = placeProblem(topology, at);
  if (misplaced === undefined) topology.bridges.set(secondary, { at, kind, secondary });
  return misplaced;
}

function addFunction(topology: Growing, [place, word, ...rest]: readonly string[]): string | undefined {
  const at = parseFunction(place ?? '');
  if (at === undefined || (word !== undefined && word !== 'unisolated') || rest.length > 0)
    return `Write ${forms['function']}.`;
  const misplaced = placeProblem(topology, at);
  if (misplaced === undefined) topology.functions.set(at, word === undefined);
  return misplaced;
}

function placeProblem(topology: Growing, at: number): string | undefined {
  const isTaken = topology.functions.has(at) || [...topology.bridges.values()].some((one) => one.at === at);
  if (isTaken) return `There are two things at ${functionText(at)}.`;
  if (!hasBus(topology, at >> 8)) return `No line above makes bus ${busText(at >> 8)}.`;
  return undefined;
}

function hasBus({ roots, bridges }: Growing, bus: number): boolean {
  return roots.has(bus) || bridges.has(bus);
}

function busOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9a-f]{1,2}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}
