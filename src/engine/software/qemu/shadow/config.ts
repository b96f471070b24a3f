import { pageOf } from '../../../drivers/shared/numbers';
import type { Problem } from '../../../scenario/problem';
import type { Scenario, Space } from '../../../scenario/schema';
import type { Config } from '../part';

/** What a hypervisor that shadows has to do with. */
export interface ShadowSetup {
  /** CM of the virtual unit's capability register. */
  readonly cachingMode: boolean;
  /** The assigned device's requester ID. */
  readonly device: number;
  /** The guest's table for it: from the device's addresses to guest memory. */
  readonly guest: Space;
  /** The host's table of guest memory. */
  readonly ram: Space;
  /** The host's table that the device's binding uses. */
  readonly shadow: Space;
  /** The process tables of the device's PASIDs that the machine walks by itself. */
  readonly processes: ReadonlyMap<number, Space>;
}

/** Reads the configuration; problems name what is missing. */
export function readSetup(config: Config, scenario: Scenario): ShadowSetup | readonly Problem[] {
  const problems: Problem[] = [];
  const wrong = (key: string, message: string): void => {
    problems.push({ path: `.config.${key}`, message });
  };
  const { cachingMode = false, assigned } = config;
  if (typeof cachingMode !== 'boolean') wrong('cachingMode', 'Caching mode is true or false.');
  if (scenario.machine.arch !== 'vtd')
    wrong('part', 'Only VT-d has caching mode. Take a machine with arch vtd.');
  const device = Number(assigned);
  const bindings = (scenario.bindings ?? []).filter((binding) => Number(binding.device) === device);
  const ordinary = bindings.find(({ pasid }) => pasid === undefined);
  const spaceOf = (id: unknown, stage: 1 | 2): Space | undefined =>
    scenario.spaces?.find(
      (space) => space.id === id && space.stage === stage && pageOf(space.tables) !== undefined,
    );
  const shadow = spaceOf(ordinary?.second, 2);
  const guest = spaceOf(config['guest'], 2);
  const ram = spaceOf(config['ram'], 2);
  if (shadow === undefined)
    wrong('assigned', 'Name a device with a binding without pasid that has a second stage: the shadow.');
  if (guest === undefined || guest.over !== ram?.id)
    wrong('guest', 'Name a second-stage space over the guest’s memory: the guest’s own table.');
  if (ram === undefined) wrong('ram', 'Name the second-stage space that is the guest’s memory.');
  if (problems.length > 0 || guest === undefined || ram === undefined || shadow === undefined)
    return problems;
  const processes = new Map<number, Space>();
  for (const { pasid, first } of bindings) {
    const space = spaceOf(first, 1);
    if (pasid !== undefined && space !== undefined) processes.set(pasid, space);
  }
  return { cachingMode: cachingMode === true, device, guest, ram, shadow, processes };
}
