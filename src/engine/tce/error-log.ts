import { encode, readField, writeField } from '../bits/access';
import { fieldOf } from '../bits/layout';
import type { DmaRequest } from '../request';
import { errorLog, errorStatus } from './layouts/registers';
import { register } from './registers';
import type { Unit } from './unit';

const hardware = 0;
const isValid = fieldOf(errorStatus, 'V');
const overflow = fieldOf(errorStatus, 'OV');

/** The one error that the host bridge keeps until software reads it. */
export class ErrorLog {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Records a refused request: 0 for the record, -1 when an earlier one stands there. */
  record(request: DmaRequest, reason: number, endpoint: number): number {
    const { registers } = this.#unit;
    const status = [registers.low(register.TCE_ERR_STATUS), registers.high(register.TCE_ERR_STATUS)];
    if (readField(isValid, status) === 1) {
      if (readField(overflow, status) === 1) return -1;
      writeField(overflow, status, 0, 1);
      this.#set(register.TCE_ERR_STATUS, status);
      return -1;
    }
    this.#set(register.TCE_ERR_LOG, encode(errorLog, { Address: request.page, Offset: request.offset }));
    this.#set(
      register.TCE_ERR_STATUS,
      encode(errorStatus, {
        V: 1,
        RW: request.access === 1 ? 1 : 0,
        PE: endpoint,
        RID: request.device,
        Reason: reason,
      }),
    );
    return 0;
  }

  #set(index: number, [low, high]: readonly number[]): void {
    this.#unit.registers.set(hardware, index, low as number, high as number);
  }
}
