import type { RegisterShape } from '../registers';
import * as layouts from './layouts/registers';

/** Indices into `registerShapes`. */
export const register = { RTT_BAR: 0, TVT_BAR: 1, TCE_KILL: 2, TCE_ERR_STATUS: 3, TCE_ERR_LOG: 4 } as const;

export const registerShapes: readonly RegisterShape[] = [
  { id: 'RTT_BAR', layout: layouts.deviceTableBase, offset: 0x168 },
  { id: 'TVT_BAR', layout: layouts.windowTableBase, offset: 0x170 },
  { id: 'TCE_KILL', layout: layouts.kill, offset: 0x210 },
  { id: 'TCE_ERR_STATUS', layout: layouts.errorStatus, offset: 0xe80 },
  { id: 'TCE_ERR_LOG', layout: layouts.errorLog, offset: 0xec0 },
];

/** Registers that only hardware changes. */
export function isReadOnly(index: number): boolean {
  return index === register.TCE_ERR_LOG;
}
