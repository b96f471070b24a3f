import type { SoftwareKind } from '../model';
import { ledgerIds, ledgersOf } from './ledgers';
import { settingOf } from './setting';
import { VirtioIommu } from './software';
import { VirtioTeller, verbsOf } from './verbs';

/**
 * Machines that refuse a device without an entry, and that can map for writing alone. AMD's lets a device whose entry is not
 * valid pass; RISC-V's reserves W without R.
 */
const machines: readonly string[] = ['vtd', 'smmuv3'];

/** A virtio-iommu on the host's IOMMU: requests in guest memory instead of tables. */
export const virtioIommu: SoftwareKind = {
  id: 'virtio-iommu',
  name: 'virtio-iommu',
  describe(spec, scenario) {
    const [setting] = settingOf(spec, scenario);
    return { ledgers: ledgersOf(setting), verbs: verbsOf(setting) };
  },
  build(spec, scenario, hands, tell) {
    const [setting, problems] = settingOf(spec, scenario);
    if (!machines.includes(scenario.machine.arch))
      return [{ path: '.kind', message: `The host’s IOMMU is ${machines.join(' or ')}: set machine.arch.` }];
    return problems.length > 0
      ? problems
      : new VirtioIommu(setting, hands, new VirtioTeller(tell, ledgerIds));
  },
};
