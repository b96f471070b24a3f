import type { SoftwareKind } from '../model';
import { ledgersOf } from './ledgers';
import { settingOf } from './setting';
import { PasidSoftware } from './software';
import { PasidTeller, verbsOf } from './verbs';

/** PASID allocation: the host's numbers, guests that ask for them through virtual IOMMUs, and the devices bound to them. */
export const pasidKind: SoftwareKind = {
  id: 'pasid',
  name: 'PASID allocation',
  describe(spec, scenario) {
    const [setting] = settingOf(spec, scenario);
    return { ledgers: ledgersOf(setting), verbs: verbsOf(setting) };
  },
  build(spec, scenario, hands, tell) {
    const [setting, problems] = settingOf(spec, scenario);
    if (problems.length > 0) return problems;
    const { arch, config } = scenario.machine;
    if (arch !== 'vtd' || config['mode'] === 'legacy')
      return [
        {
          path: '.kind',
          message: 'PASID allocation needs VT-d in scalable mode: set machine.arch and mode.',
        },
      ];
    const ids = ledgersOf(setting).map(({ id }) => id);
    return new PasidSoftware(setting, hands, new PasidTeller(tell, ids));
  },
};
