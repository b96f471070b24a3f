import type { Architecture } from '../architecture';
import { readField, readPage } from '../bits/access';
import type { Field } from '../bits/field';
import { hexAddress, hexWord } from '../bits/hex';
import type { Layout } from '../bits/layout';
import { type CacheBook, cacheBookOf } from '../cache-book';
import { owners } from '../memory/memory';
import type { Scenario } from '../scenario/schema';
import { resultText } from '../software/errors';
import type { Description } from '../software/model';
import { levelNumber } from '../words';
import { type EventOf, servesData, servesDirectory, servesNothing, type TraceEvent, writers } from './events';
import {
  accessSentence,
  counted,
  pageRequestSentence,
  pageResponseSentence,
  requestSentence,
  resultSentence,
} from './request-sentence';

/** What a sentence may refer to besides the event. */
export interface Telling {
  readonly architecture: Architecture;
  readonly scenario: Scenario;
  readonly software: readonly Description[];
  readonly caches: CacheBook;
  /** Names of registers by index. */
  readonly registerNames: readonly string[];
}

/** What sentences about a run refer to. */
export function tellingOf({
  architecture,
  scenario,
  software,
}: Omit<Telling, 'registerNames' | 'caches'>): Telling {
  const registerNames = architecture.registerShapes(scenario.machine).map(({ id }) => id);
  const caches = cacheBookOf(architecture, scenario);
  return { architecture, scenario, software, caches, registerNames };
}

/** One plain sentence about an event: what acts, what it does, with which value. */
export function sentence(event: TraceEvent, telling: Telling): string {
  switch (event.kind) {
    case 'step':
      return stepSentence(event, telling);
    case 'access':
      return accessSentence(event, telling);
    case 'request':
      return requestSentence(event, telling);
    case 'lookup':
      return lookupSentence(event, telling);
    case 'fill':
      return `The ${cacheName(telling, event.cache)} keeps ${rowText(telling, event.cache, event.row)}.`;
    case 'sweep':
      return `The ${cacheName(telling, event.cache)} drops ${counted(event.dropped, 'entry', 'entries')} and keeps ${event.kept}.`;
    case 'drop':
      return `The ${cacheName(telling, event.cache)} forgets the entry in slot ${event.slot}.`;
    case 'fetch':
      return fetchSentence(event, telling);
    case 'store':
      return `${writer(event.by, 'write')} ${hexWord(event.low, event.high)} to ${hexAddress(event.page, event.offset)}.`;
    case 'register':
      return `${writer(event.by, 'set')} ${telling.registerNames[event.register] ?? 'a register'} to ${hexWord(event.low, event.high)}.`;
    case 'need':
      return `Stage 2 must now translate guest page ${hexAddress(event.guestPage)}${servesText(event.serves, telling)}.`;
    case 'guest':
      return `Guest page ${hexAddress(event.guestPage)} is host page ${hexAddress(event.hostPage)}.`;
    case 'command':
      return `The IOMMU takes descriptor ${event.index} from its queue: ${commandText(event, telling)}.`;
    case 'queueError':
      return `The queue stops at descriptor ${event.index}, error ${event.code}.`;
    case 'fault':
      return faultSentence(event, telling);
    case 'result':
      return resultSentence(event, telling);
    case 'pageRequest':
      return pageRequestSentence(event, telling);
    case 'pageResponse':
      return pageResponseSentence(event, telling);
    case 'interrupt':
      return interruptSentence(event, telling);
    case 'act':
      return actSentence(event, telling);
    case 'row':
      return rowSentence(event, telling);
    case 'gone':
      return goneSentence(event, telling);
    case 'tick':
      return `It is ${event.now.toLocaleString('en')} µs.`;
    case 'problem':
      return 'This step cannot be done.';
  }
}

function actSentence({ model, verb, result, operands }: EventOf<'act'>, { software }: Telling): string {
  const said = software[model]?.verbs[verb]?.say(operands) ?? 'Software acts.';
  return result === 0 ? said : `${said} The answer is ${resultText(result)}.`;
}

function rowSentence(event: EventOf<'row'>, { software }: Telling): string {
  const shape = software[event.model]?.ledgers[event.ledger];
  if (shape === undefined) return 'Software notes something.';
  const parts = shape.columns
    .map(({ name, text }, index) => ({ name, text: text(event.values[index] ?? 0) }))
    .filter(({ text }) => text !== '');
  const values = parts.map(({ name, text }) => `${name} ${text}`).join(', ');
  return `${shape.name}: ${shape.key.text(event.key)}${values === '' ? '' : `, ${values}`}.`;
}

function goneSentence({ model, ledger, key }: EventOf<'gone'>, { software }: Telling): string {
  const shape = software[model]?.ledgers[ledger];
  return shape === undefined
    ? 'Software forgets something.'
    : `${shape.name}: ${shape.key.text(key)} is gone.`;
}

function stepSentence(event: EventOf<'step'>, { scenario }: Telling): string {
  const step = scenario.steps[event.step];
  return step?.title ?? `Step ${event.step + 1}`;
}

function lookupSentence(event: EventOf<'lookup'>, telling: Telling): string {
  const name = cacheName(telling, event.cache);
  if (event.slot < 0) return `The ${name} has no entry for it: miss.`;
  if (event.stage > 0)
    return `The ${name} knows the table of level ${levelNumber(telling.architecture.words, event.level)}: the reads above it are not made.`;
  return `The ${name} answers from slot ${event.slot}: hit.`;
}

function fetchSentence(event: EventOf<'fetch'>, telling: Telling): string {
  const structure = telling.architecture.structures[event.structure];
  const owner = owners[event.owner] ?? 'host';
  const where = hexAddress(event.page, event.offset);
  const what = structure === undefined ? 'an entry' : lead(structure, event.words);
  if (event.stage === 0)
    return `The IOMMU reads ${inSentence(structure?.name ?? 'An entry')} ${event.index} at ${where}: ${what}.`;
  const table = `entry 0x${event.index.toString(16)} of the ${owner}’s ${tableName(event.stage, telling)} level-${levelNumber(telling.architecture.words, event.level)} table`;
  return `The IOMMU reads ${table} at ${where}${servesText(event.serves, telling)}: ${what}.`;
}

function servesText(serves: number, { architecture }: Telling): string {
  if (serves === servesNothing) return '';
  if (serves === servesDirectory) return `, to find the ${architecture.words.processTable}`;
  if (serves === servesData) return ', to find the data';
  return `, to find the ${architecture.words.tables[0]} level-${levelNumber(architecture.words, serves)} table`;
}

function tableName(stage: number, { architecture }: Telling): string {
  return architecture.words.tables[stage === 1 ? 0 : 1];
}

/** What an entry leads to, in a few words. */
export function lead(structure: Layout, words: readonly number[]): string {
  const targets = structure.fields.flatMap((field) => target(field, words));
  const said = targets.map(({ name, at }) => (targets.length === 1 ? at : `${at} (${name})`));
  if (words.every((word) => word === 0)) return 'it is empty';
  if (targets.length === 0) return meaning(structure, words) ?? 'it points nowhere';
  return `it points to ${said.join(' and ')}`;
}

/** The address in a field that points somewhere, and what is there. */
function target(field: Field, words: readonly number[]): readonly { name: string; at: string }[] {
  const isPointer = field.kind === 'uint' && field.pages < 1;
  if (field.kind !== 'page' && !isPointer) return [];
  const at = isPointer ? readField(field, words) * field.pages : readPage(field, words);
  return at === 0 ? [] : [{ name: field.name, at: hexAddress(Math.floor(at), (at % 1) * 4096) }];
}

/** What an entry that leads nowhere says instead. */
function meaning({ fields }: Layout, words: readonly number[]): string | undefined {
  const said = fields.flatMap((field) => {
    const value = field.kind === 'choice' ? readField(field, words) : 0;
    const choice = value > 0 && field.kind === 'choice' ? field.choices[value] : undefined;
    return choice === undefined ? [] : [choice];
  });
  return said.length === 0 ? undefined : `it says ${said.join(', ')}`;
}

/** A name as it stands inside a sentence: PASID and IOTLB keep their capitals. */
export function inSentence(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** Fields that say which command it is, as its name does. */
const saidByName: ReadonlySet<string> = new Set(['TYPE', 'TYPEH', 'Op', 'OPCODE', 'FUNC3']);

function commandText(event: EventOf<'command'>, { architecture }: Telling): string {
  const structure = architecture.structures[event.structure];
  if (structure === undefined) return 'unknown';
  const parts = structure.fields
    .filter(({ kind, abbr }) => kind !== 'reserved' && kind !== 'ignored' && !saidByName.has(abbr))
    .map((field) => ({ field, value: readField(field, event.words) }))
    .filter(({ field, value }) => value !== 0 || (field.abbr === 'G' && field.kind === 'choice'))
    .reverse()
    .map(({ field, value }) => {
      if (field.kind === 'page') return `${field.name} ${hexAddress(readPage(field, event.words))}`;
      if (field.kind === 'flag') return field.name;
      return `${field.name} ${field.choices[value] ?? value}`;
    });
  return [inSentence(structure.name), ...parts].join(', ');
}

function faultSentence(event: EventOf<'fault'>, { architecture }: Telling): string {
  const reason = architecture.faults.get(event.reason);
  const code = `0x${event.reason.toString(16)}`;
  const recorded = event.slot < 0 ? 'It is not recorded.' : `It is recorded in fault record ${event.slot}.`;
  if (reason === undefined) return `The request is refused, reason ${code}. ${recorded}`;
  return `The request is refused: ${reason.name} (${reason.abbr}, reason ${code}). ${reason.found} ${recorded}`;
}

function interruptSentence(event: EventOf<'interrupt'>, { scenario }: Telling): string {
  const doorbell = scenario.doorbells?.[event.doorbell];
  const where = doorbell === undefined ? 'the interrupt address range' : doorbell.name;
  const data = `data 0x${event.data.toString(16)}`;
  return event.known === 1
    ? `The write reaches ${where}: the interrupt arrives, ${data}.`
    : `The write reaches ${where}, which does not know the sender: the interrupt is lost, ${data}.`;
}

function cacheName({ caches }: Telling, cache: number): string {
  const name = caches.shapes[cache]?.name ?? 'Cache';
  return inSentence(name);
}

/** What a row of a cache holds, in a few words. */
export function rowText({ caches }: Telling, cache: number, row: readonly number[]): string {
  const shape = caches.shapes[cache];
  if (shape === undefined) return 'an entry';
  const columns = [...shape.tags, ...shape.data];
  return columns
    .map((name, column) => ({ name, text: caches.text(cache, column, row) }))
    .filter(({ name, text }) => name !== '' && text !== '' && text !== '0')
    .slice(0, 6)
    .map(({ name, text }) => `${name} ${text}`)
    .join(', ');
}

/** Who acts, with the verb: `The host writes`, `You write`. */
function writer(by: number, verb: string): string {
  const who = writers[by] ?? 'hardware';
  if (who === 'person') return `You ${verb}`;
  return `${{ hardware: 'The IOMMU', host: 'The host', guest: 'The guest', device: 'The device' }[who]} ${verb}s`;
}
