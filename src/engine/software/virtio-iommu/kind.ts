import type { SoftwareKind } from '../model';
import { ledgerIds, ledgersOf } from './ledgers';
import { settingOf } from './setting';
import { VirtioIommu } from './software';
import { VirtioTeller, verbsOf } from './verbs';

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
    return problems.length > 0
      ? problems
      : new VirtioIommu(setting, hands, new VirtioTeller(tell, ledgerIds));
  },
};
