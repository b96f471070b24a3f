import type { SoftwareKind } from '../model';
import { settingOf } from './setting';
import { SharedAddressing } from './shared-addressing';
import { ledgersOf, SvaTeller, verbsOf } from './words';

const machines = ['vtd', 'smmuv3', 'amdvi', 'riscv'];

/** Shared virtual addressing: devices that work with the pointers of processes. */
export const sva: SoftwareKind = {
  id: 'sva',
  name: 'Shared virtual addressing',
  describe(spec, scenario) {
    const [setting] = settingOf(spec, scenario);
    return { ledgers: ledgersOf(setting), verbs: verbsOf(setting) };
  },
  build(spec, scenario, hands, tell) {
    const [setting, problems] = settingOf(spec, scenario);
    if (problems.length > 0) return problems;
    const { arch, config } = scenario.machine;
    if (!machines.includes(arch) || (arch === 'vtd' && config['mode'] === 'legacy')) {
      const message = `Shared virtual addressing needs PASIDs: take one of ${machines.join(', ')}, and no legacy mode.`;
      return [{ path: '.kind', message }];
    }
    return new SharedAddressing(setting, hands, new SvaTeller(tell));
  },
};
