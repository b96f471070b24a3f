import { encode } from '../../bits/access';
import {
  virtualCommand,
  virtualCommandCapability,
  virtualCommandResponse,
} from '../../vtd/layouts/virtual-commands';
import { errorNumber } from '../errors';
import type { Host } from './host';
import { nothing, perUnit, unitRegisters } from './ledgers';
import { mostPasid } from './setting';
import type { PasidTeller } from './verbs';

/** How a guest asks its host through one virtual IOMMU. Results are a number or 0, or minus an error number. */
export interface Channel {
  /** `max` is obeyed only where the request can say it. */
  allocate(max: number): number;
  free(pasid: number): number;
}

const allocateCode = 1;
const freeCode = 2;
/** No PASID is left, or it is not one that may be freed. */
const refusedStatus = 16;

/** The virtual command registers of a VT-d unit: write VCMD, poll VCRSP, read status and result (VT-d 11.4, virtual commands). */
export class VirtualCommands implements Channel {
  readonly #unit: number;
  readonly #guest: number;
  readonly #host: Host;
  readonly #tell: PasidTeller;

  constructor(unit: number, guest: number, host: Host, tell: PasidTeller) {
    this.#unit = unit;
    this.#guest = guest;
    this.#host = host;
    this.#tell = tell;
    this.#set('VCCAP', encode(virtualCommandCapability, { PAS: 1 }));
  }

  /** The command has no range: the host looks through all 20 bits. -ENOSPC when the status is not 0. */
  allocate(): number {
    this.#begin(allocateCode, 0);
    const given = this.#host.allocate(this.#guest, mostPasid);
    this.#answer(given > 0 ? 0 : refusedStatus, Math.max(given, 0));
    return given > 0 ? given : -errorNumber('ENOSPC');
  }

  /** -EINVAL when the status is not 0. */
  free(pasid: number): number {
    this.#begin(freeCode, pasid);
    const isFree = this.#host.free(this.#guest, pasid) === 0;
    this.#answer(isFree ? 0 : refusedStatus, 0);
    return isFree ? 0 : -errorNumber('EINVAL');
  }

  #begin(code: number, operand: number): void {
    const words = encode(virtualCommand, { CMD: code, OP: operand });
    this.#tell.act('trap', 0, this.#unit, wordNumber(words));
    this.#set('VCMD', words, code, code === freeCode ? operand : nothing);
    this.#set('VCRSP', encode(virtualCommandResponse, { IP: 1 }), nothing, nothing, 1);
  }

  #answer(status: number, result: number): void {
    const words = encode(virtualCommandResponse, { SC: status, RSLT: result });
    this.#set('VCRSP', words, nothing, nothing, 0, status, result > 0 ? result : nothing);
  }

  #set(name: (typeof unitRegisters)[number]['name'], words: readonly number[], ...says: number[]): void {
    const index = unitRegisters.findIndex((register) => register.name === name);
    const padding = new Array<number>(5 - says.length).fill(nothing);
    this.#tell.set('registers', this.#unit * perUnit + index, wordNumber(words), ...says, ...padding);
  }
}

/** The fields end at bit 35, so that the word is exact as one number. */
function wordNumber(words: readonly number[]): number {
  return (words[0] ?? 0) + (words[1] ?? 0) * 2 ** 32;
}
