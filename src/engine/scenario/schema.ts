import * as v from 'valibot';
import { replacements } from '../cache/geometry';
import { accesses, requestTypes } from '../request';

/** The version of the document that this program writes. */
export const scenarioFormat = 'iommuscope/1';

const hex = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-fA-F_]{1,20}$/, 'must be a hexadecimal number such as 0x1000'),
);
const name = v.pipe(v.string(), v.minLength(1, 'must not be empty'), v.maxLength(80));
const text = v.pipe(v.string(), v.maxLength(4000));
const count = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(0));
const pasid = v.pipe(count, v.maxValue(0xfffff, 'a PASID has 20 bits'));
const owner = v.picklist(['host', 'guest']);

const geometry = v.union([
  v.literal('off'),
  v.strictObject({
    sets: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096)),
    ways: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)),
    replacement: v.picklist(replacements),
  }),
]);

const machine = v.strictObject({
  arch: v.string(),
  /** Registers by the architecture's own names, and what else its `build` takes. */
  config: v.record(v.string(), v.union([v.string(), v.number()])),
  caches: v.exactOptional(v.record(v.string(), geometry)),
  seed: v.exactOptional(count),
  /** Where software puts the structures that it builds. */
  tables: v.exactOptional(hex),
  /** When software frees fault records: never by itself, or before the next request. */
  faults: v.exactOptional(v.picklist(['keep', 'acknowledge'])),
});

/** From, to, length in bytes (one page when left out), permissions (`rw` when left out). */
const mapping = v.union(
  [
    v.strictTuple([hex, hex]),
    v.strictTuple([hex, hex, hex]),
    v.strictTuple([hex, hex, hex, v.pipe(v.string(), v.regex(/^[rwxus]*$/, 'takes letters of rwxu'))]),
  ],
  'A mapping is [from, to], [from, to, length] or [from, to, length, permissions], addresses in hexadecimal.',
);

const space = v.strictObject({
  id: name,
  name: v.exactOptional(name),
  stage: v.picklist([1, 2]),
  levels: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(6)),
  owner: v.exactOptional(owner),
  /** The second-stage space in whose guest memory this space's tables lie. */
  over: v.exactOptional(name),
  /** The address of the first table; the others follow at `spread`. */
  tables: hex,
  spread: v.exactOptional(hex),
  maps: v.exactOptional(v.array(mapping)),
});

const binding = v.strictObject({
  device: hex,
  pasid: v.exactOptional(pasid),
  domain: v.pipe(count, v.maxValue(0xffff)),
  /** Tag of the first stage, where the machine has one of its own: ASID, PSCID. One for each space when left out. */
  tag: v.exactOptional(v.pipe(count, v.maxValue(0xffff))),
  first: v.exactOptional(name),
  second: v.exactOptional(name),
  passThrough: v.exactOptional(v.boolean()),
  supervisor: v.exactOptional(v.boolean()),
  execute: v.exactOptional(v.boolean()),
});

/** Software that decides: an allocator, a hypervisor, an emulator. */
const software = v.strictObject({
  /** What steps call it; its kind when left out. */
  id: v.exactOptional(name),
  kind: v.string(),
  config: v.exactOptional(
    v.record(v.string(), v.union([v.number(), v.boolean(), v.string(), v.array(v.string())])),
  ),
});

const doorbell = v.strictObject({
  name,
  at: hex,
  /** Whose interrupts its controller knows, and everybody's when left out; what others send is lost. */
  devices: v.exactOptional(v.array(hex)),
});

/** What a device does by PCIe ATS. */
const ats = v.strictObject({
  /** How many translations it keeps. */
  entries: v.pipe(count, v.minValue(1), v.maxValue(64)),
  /** How many page requests it may have open; it sends none when left out. */
  pageRequests: v.exactOptional(v.pipe(count, v.minValue(1), v.maxValue(32))),
});

const question = v.strictObject({
  ask: text,
  choices: v.pipe(v.array(text), v.minLength(2)),
  answer: count,
  why: text,
  /** Whether the answer is the same on every machine; otherwise it is asked on the scenario's own. */
  everywhere: v.exactOptional(v.boolean()),
});

/** What a recorded answer says; compared field by field with ours. */
const expectation = v.looseObject({
  ok: v.exactOptional(v.boolean()),
  pa: v.exactOptional(hex),
  pageSize: v.exactOptional(hex),
  fault: v.exactOptional(v.record(v.string(), v.union([v.number(), v.boolean(), v.string(), v.array(hex)]))),
  memory: v.exactOptional(v.record(v.string(), hex)),
  memoryAfter: v.exactOptional(v.record(v.string(), hex)),
});

const told = {
  title: v.exactOptional(text),
  /** The narration of this step. */
  say: v.exactOptional(text),
  /** What is said instead on another machine than the scenario's own, by its id. */
  on: v.exactOptional(v.record(v.string(), text)),
  /** Play waits after this step. */
  stop: v.exactOptional(v.boolean()),
  question: v.exactOptional(question),
};

const note = v.strictObject({ do: v.literal('note'), ...told });
/** Invalidation in the machine's own commands. */
const flush = v.strictObject({
  do: v.literal('flush'),
  of: v.picklist(['pages', 'space', 'configuration', 'everything']),
  /** Of pages and of a space. */
  space: v.exactOptional(name),
  from: v.exactOptional(hex),
  length: v.exactOptional(hex),
  /** Of configuration: what hardware keeps of a device's, or of its PASID's, structures, and their translations. */
  device: v.exactOptional(hex),
  pasid: v.exactOptional(pasid),
  /** Whether the devices' own TLBs are told, too: yes when left out. */
  devices: v.exactOptional(v.boolean()),
  ...told,
});
/** Software's answer to a group of page requests, in the machine's own command. */
const respond = v.strictObject({
  do: v.literal('respond'),
  device: hex,
  pasid: v.exactOptional(pasid),
  group: v.pipe(count, v.maxValue(511)),
  answer: v.picklist(['success', 'invalid request', 'failure']),
  ...told,
});
const bound = { do: v.literal('bind'), binding } as const;
/** The step that stands, on another machine, for a command or a binding that only the scenario's own has. */
const elsewhere = v.exactOptional(v.variant('do', [flush, note, v.strictObject({ ...bound, ...told })]));
const dma = v.strictObject({
  do: v.literal('dma'),
  device: hex,
  pasid: v.exactOptional(pasid),
  access: v.picklist(accesses),
  at: hex,
  privileged: v.exactOptional(v.boolean()),
  /** What the device sends. Left out, a device with `ats` uses what it keeps, and any other sends its own address. */
  type: v.exactOptional(v.picklist(requestTypes)),
  data: v.exactOptional(hex),
  /** 64-bit words that a write carries, the first at `at`; they go to memory where the request is answered. */
  words: v.exactOptional(v.pipe(v.array(hex), v.minLength(1), v.maxLength(64))),
  expect: v.exactOptional(expectation),
  ...told,
});
const write = v.strictObject({
  do: v.literal('write'),
  at: hex,
  /** 64-bit words, the first at `at`. */
  words: v.pipe(v.array(hex), v.minLength(1), v.maxLength(64)),
  by: v.exactOptional(v.picklist(['host', 'guest', 'person'])),
  ...told,
});
const command = v.strictObject({
  do: v.literal('command'),
  /** A descriptor as queued, in 64-bit words; or its name and fields. */
  words: v.exactOptional(v.pipe(v.array(hex), v.minLength(1), v.maxLength(4))),
  descriptor: v.exactOptional(name),
  fields: v.exactOptional(v.record(v.string(), v.union([v.number(), hex]))),
  elsewhere,
  expect: v.exactOptional(expectation),
  ...told,
});
const register = v.strictObject({ do: v.literal('register'), name, value: hex, ...told });
const map = v.strictObject({ do: v.literal('map'), space: name, map: mapping, ...told });
const unmap = v.strictObject({
  do: v.literal('unmap'),
  space: name,
  from: hex,
  length: v.exactOptional(hex),
  ...told,
});
const bind = v.strictObject({ ...bound, elsewhere, ...told });
const unbind = v.strictObject({
  do: v.literal('unbind'),
  device: hex,
  pasid: v.exactOptional(pasid),
  ...told,
});
const permit = v.strictObject({
  do: v.literal('permit'),
  space: name,
  /** Which entry: of a mapping, or of the page that holds another space's table of that level. */
  from: v.exactOptional(hex),
  tableOf: v.exactOptional(v.strictObject({ space: name, from: hex, level: count })),
  permissions: v.string(),
  ...told,
});
/** Something that a software model is asked to do. */
const call = v.strictObject({
  do: v.literal('call'),
  /** The id of the software. */
  to: name,
  op: name,
  with: v.exactOptional(v.record(v.string(), v.union([v.number(), v.boolean(), v.string()]))),
  ...told,
});
const acknowledge = v.strictObject({ do: v.literal('acknowledge'), ...told });

export const stepSchema = v.variant('do', [
  dma,
  write,
  command,
  flush,
  respond,
  register,
  map,
  unmap,
  bind,
  unbind,
  permit,
  call,
  acknowledge,
  note,
]);

/** What `Edit` says, for links. */
export const editsSchema = v.array(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('insert'), after: v.pipe(v.number(), v.integer()), step: stepSchema }),
    v.strictObject({ kind: v.literal('remove'), step: count }),
    v.strictObject({ kind: v.literal('caches'), caches: v.record(v.string(), geometry) }),
    v.strictObject({ kind: v.literal('space'), space }),
    v.strictObject({ kind: v.literal('machine'), arch: v.string() }),
  ]),
);

export const scenarioSchema = v.strictObject({
  $schema: v.exactOptional(v.string()),
  format: v.literal(scenarioFormat),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, 'takes small letters, digits and hyphens')),
  title: text,
  summary: v.exactOptional(text),
  /** Which discussion it tells. */
  cites: v.exactOptional(v.array(v.strictObject({ subject: text, date: text }))),
  /** Which scene is open at the start; the walk when left out. */
  scene: v.exactOptional(v.picklist(['walk', 'spaces', 'tables', 'queue', 'log', 'software'])),
  /** What to change afterwards. */
  tryThis: v.exactOptional(text),
  machine,
  /** Other machines on which the same steps can be taken, by id. */
  machines: v.exactOptional(v.array(v.string())),
  devices: v.exactOptional(v.array(v.strictObject({ id: hex, name, ats: v.exactOptional(ats) }))),
  doorbells: v.exactOptional(v.array(doorbell)),
  spaces: v.exactOptional(v.array(space)),
  bindings: v.exactOptional(v.array(binding)),
  /** What is set up on another machine: spaces instead of those with the same id, or besides them; bindings instead of all. */
  elsewhere: v.exactOptional(
    v.strictObject({ spaces: v.exactOptional(v.array(space)), bindings: v.exactOptional(v.array(binding)) }),
  ),
  software: v.exactOptional(v.array(software)),
  memory: v.exactOptional(v.record(hex, hex)),
  steps: v.array(stepSchema),
});

export type Scenario = v.InferOutput<typeof scenarioSchema>;
export type Step = v.InferOutput<typeof stepSchema>;
export type StepOf<K extends Step['do']> = Extract<Step, { do: K }>;
export type Space = v.InferOutput<typeof space>;
export type Binding = v.InferOutput<typeof binding>;
export type Mapping = v.InferOutput<typeof mapping>;
export type SoftwareSpec = v.InferOutput<typeof software>;
export type Question = v.InferOutput<typeof question>;
export type Expectation = v.InferOutput<typeof expectation>;
export type MachineSpec = v.InferOutput<typeof machine>;
