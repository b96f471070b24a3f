import type { Part } from '../part';
import { PasidContexts } from './pasid-contexts';
import { describePasid } from './words';

/** Two designs for requests with a PASID, side by side (thread of 20 December 2017). */
export const pasidPart: Part = {
  keys: [],
  describe: (_, scenario) => describePasid(scenario),
  build: (_, scenario, hands, tell) => new PasidContexts(hands, scenario, tell).model,
};
