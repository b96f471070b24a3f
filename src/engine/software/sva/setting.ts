import type { Problem } from '../../scenario/problem';
import type { Scenario, SoftwareSpec } from '../../scenario/schema';

/** A process, with the space that holds its page table. */
export interface Process {
  readonly name: string;
  readonly space: string;
}

/** A device whose driver binds processes. */
export interface SharingDevice {
  readonly name: string;
  /** As bindings name it. */
  readonly id: string;
  /** One more than the largest PASID that it can put on a request. */
  readonly maxPasids: number;
  /** The domain of its own address space, and of all its bindings. */
  readonly domain: number;
  /** PASIDs that its driver has put to another use. */
  readonly taken: ReadonlySet<number>;
}

/** What `config` says. */
export interface Setting {
  readonly processes: readonly Process[];
  readonly devices: readonly SharingDevice[];
  /** Whether the IOMMU driver hears of what processes unmap, at the start. */
  readonly hasNotifier: boolean;
}

const known = ['processes', 'devices', 'notifier'];
const mostBits = 20;
export const mostProcesses = 64;

/** Reads `config`; what is wrong is left out of the setting and named in the problems. */
export function settingOf(spec: SoftwareSpec, scenario: Scenario): [Setting, readonly Problem[]] {
  const config = spec.config ?? {};
  const problems: Problem[] = [];
  const wrong = (name: string, message: string): [] => {
    problems.push({ path: `.config.${name}`, message });
    return [];
  };
  for (const name of Object.keys(config))
    if (!known.includes(name)) wrong(name, `Shared virtual addressing has no setting ${name}.`);
  const texts = (name: string): readonly string[] => {
    const given = config[name];
    if (Array.isArray(given) && given.length > 0) return given;
    return wrong(name, 'This is a list of texts, one at least.');
  };
  const processes = texts('processes').flatMap((id, index): Process[] => {
    const space = scenario.spaces?.find((other) => other.id === id);
    if (space?.stage === 1 && space.over === undefined) return [{ name: space.name ?? id, space: id }];
    return wrong(`processes[${index}]`, 'A process is the id of a first-stage space in host memory.');
  });
  if (processes.length > mostProcesses) wrong('processes', `There are at most ${mostProcesses} processes.`);
  const devices = texts('devices').flatMap((text, index): SharingDevice[] => {
    const [name = '', bits = `${mostBits}`] = text.split(': ');
    const id = scenario.devices?.find((other) => other.name === name)?.id;
    if (id === undefined || !/^([1-9]|1[0-9]|20)$/.test(bits))
      return wrong(
        `devices[${index}]`,
        `A device is “Name” or “Name: bits”: a name among \`devices\`, and its PASID’s 1 to ${mostBits} bits.`,
      );
    const bindings = (scenario.bindings ?? []).filter(({ device }) => device === id);
    const own = bindings.find(({ pasid }) => pasid === undefined);
    if (own === undefined || own.second !== undefined)
      return wrong(
        `devices[${index}]`,
        `Give ${name} a binding without a PASID and without a second stage: its driver’s own address space.`,
      );
    const taken = new Set(bindings.flatMap(({ pasid }) => (pasid === undefined ? [] : [pasid])));
    return [{ name, id, maxPasids: 2 ** Number(bits), domain: own.domain, taken }];
  });
  const notifier = config['notifier'] ?? true;
  if (typeof notifier !== 'boolean') wrong('notifier', 'The notifier is there, true, or not, false.');
  return [{ processes, devices, hasNotifier: notifier !== false }, problems];
}
