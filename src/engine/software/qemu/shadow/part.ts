import type { Part } from '../part';
import { readSetup } from './config';
import { ShadowingHypervisor } from './hypervisor';
import { describeShadow } from './words';

/** Notifiers, caching mode, and a host table that follows the guest's (thread of 20 December 2017; VT-d 6.1). */
export const shadowPart: Part = {
  keys: ['cachingMode', 'assigned', 'guest', 'ram'],
  describe: (config, scenario) => describeShadow(Number(config['assigned'] ?? 0), scenario),
  build(config, scenario, hands, tell) {
    const setup = readSetup(config, scenario);
    return 'device' in setup ? new ShadowingHypervisor(setup, hands, tell).model : setup;
  },
};
