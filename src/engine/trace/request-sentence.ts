import type { Architecture } from '../architecture';
import { hexAddress } from '../bits/hex';
import { deviceText } from '../bits/text';
import { responseCodes } from '../device/port';
import { sizeText } from '../device/shapes';
import { accesses, requestTypes } from '../request';
import type { Scenario } from '../scenario/schema';
import { type EventOf, sources } from './events';

/** What a sentence about a device refers to besides the event. */
interface Named {
  readonly scenario: Scenario;
}

/** What a sentence about an answer refers to besides the event. */
interface Answering {
  readonly architecture: Architecture;
}

/** What the machine calls the cache of whole translations: IOTLB, TLB, TCE cache. */
function translationCache({ caches }: Architecture): string {
  return caches.find(({ id }) => id === 'iotlb')?.name ?? 'IOTLB';
}

const verbs = { r: 'read', w: 'write', x: 'execute' } as const;

/** What a device has to do, before it asks the IOMMU. */
export function accessSentence(
  { device, access, page, offset, pasid }: EventOf<'access'>,
  { scenario }: Named,
): string {
  const verb = verbs[accesses[access] ?? 'r'];
  return `${deviceName(scenario, device)} has to ${verb} ${hexAddress(page, offset)} ${pasidText(pasid)}, and looks in its own TLB.`;
}

/** What a device asks of the IOMMU. */
export function requestSentence(event: EventOf<'request'>, { scenario }: Named): string {
  const verb = verbs[accesses[event.access] ?? 'r'];
  const who = deviceName(scenario, event.device);
  const withPasid = pasidText(event.pasid);
  const privileged = event.privileged === 1 ? ', privileged' : '';
  const where = hexAddress(event.page, event.offset);
  switch (requestTypes[event.type]) {
    case 'ats':
      return `${who} asks for the translation of ${where}, to ${verb} ${withPasid}${privileged}.`;
    case 'translated':
      return `${who} asks to ${verb} ${where} ${withPasid}${privileged}, an address that it says is translated.`;
  }
  return `${who} asks to ${verb} ${where} ${withPasid}${privileged}.`;
}

/** How a request is answered. */
export function resultSentence(event: EventOf<'result'>, { architecture }: Answering): string {
  const reads = event.reads === 0 ? 'no memory reads' : counted(event.reads, 'memory read', 'memory reads');
  const source = sources[event.source];
  const where = hexAddress(event.page, event.offset);
  if (event.type === requestTypes.indexOf('ats')) return completionSentence(event, architecture, reads);
  if (event.type === requestTypes.indexOf('translated') && source === 'pass-through')
    return `The address ${where} goes on as it came, ${reads}.`;
  if (source === 'interrupt')
    return `The address is one of interrupts: the request leaves the walk out, ${reads}.`;
  if (source === 'untranslated') return `Translation is off: the address goes on unchanged.`;
  if (source === 'pass-through') return `Pass-through: the address ${where} goes on unchanged, ${reads}.`;
  const how = source === 'iotlb' ? `answered by the ${translationCache(architecture)}` : 'after a walk';
  return `The request goes on to host address ${where}, ${how}, ${reads}.`;
}

/** The answer to a translation request goes back to the device. */
function completionSentence(
  { page, size, permissions, source }: EventOf<'result'>,
  architecture: Architecture,
  reads: string,
): string {
  const passed = sources[source] === 'pass-through' ? 'without a walk' : 'after a walk';
  const how = sources[source] === 'iotlb' ? `from the ${translationCache(architecture)}` : passed;
  if (permissions === 0) return `The device is told that it may not use the page, ${how}, ${reads}.`;
  const granted = ['read', 'write', 'execute'].filter((_, bit) => (permissions >> bit) & 1).join(', ');
  const reach = size > 52 ? 'every page' : sizeText(size);
  return `The device is told ${hexAddress(page)}, good for ${reach}, to ${granted}, ${how}, ${reads}.`;
}

/** What a device asks of software. */
export function pageRequestSentence(event: EventOf<'pageRequest'>, { scenario }: Named): string {
  const verb = verbs[accesses[event.access] ?? 'r'];
  return `${deviceName(scenario, event.device)} sends a page request for ${hexAddress(event.page)}, to ${verb} ${pasidText(event.pasid)}, group ${event.group}.`;
}

/** What a device is told of its page requests. */
export function pageResponseSentence(
  { device, group, code }: EventOf<'pageResponse'>,
  { scenario }: Named,
): string {
  return `${deviceName(scenario, device)} is told of page request group ${group}: ${responseCodes[code] ?? `code ${code}`}.`;
}

function pasidText(pasid: number): string {
  return pasid < 0 ? 'without a PASID' : `with PASID ${pasid}`;
}

/** The device's own name, or its bus, device and function. */
export function deviceName(scenario: Scenario, device: number): string {
  const known = scenario.devices?.find(({ id }) => Number(id) === device);
  return known === undefined ? `Device ${deviceText(device)}` : known.name;
}

/** `1 read`, `2 reads`. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
