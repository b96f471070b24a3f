import type { DmaRequest, Outcome } from '../request';
import type { Unit } from './unit';

/** Tells that a device asks. */
export function tellRequest(unit: Unit, request: DmaRequest): void {
  unit.trace.emit(
    'request',
    request.device,
    request.pasid,
    request.access,
    request.privileged ? 1 : 0,
    request.type,
    request.page,
    request.offset,
  );
}

/** Tells how a request is answered. */
export function tellResult(unit: Unit, request: DmaRequest, outcome: Outcome): void {
  unit.trace.emit(
    'result',
    outcome.page,
    request.offset,
    outcome.size,
    outcome.permissions,
    outcome.source,
    outcome.reads,
    request.type,
  );
}
