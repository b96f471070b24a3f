import type { DmaRequest, Outcome } from '../request';
import type { TraceWriter } from './trace';

/** Tells that a device asks. */
export function tellRequest(trace: TraceWriter, request: DmaRequest): void {
  const { device, pasid, access, privileged, type, page, offset } = request;
  trace.emit('request', device, pasid, access, privileged ? 1 : 0, type, page, offset);
}

/** Tells how a request is answered. */
export function tellResult(trace: TraceWriter, request: DmaRequest, outcome: Outcome): void {
  const { page, size, permissions, source, reads } = outcome;
  trace.emit('result', page, request.offset, size, permissions, source, reads, request.type);
}
