import { hexAddress, parseWord, splitAddress } from '../../engine/bits/hex';
import type { Edit } from '../../engine/scenario/edit';
import type { Scenario } from '../../engine/scenario/schema';
import type { Base, Document } from '../store/document';
import { type Place, type Ref, type SceneId, sceneIds } from '../store/state';

/** What a link of version 1 holds. Defaults are left out. */
export interface Payload {
  /** A lesson by name. */
  readonly l?: string;
  /** A case of an example: its name and the index of the case. */
  readonly x?: readonly [string, number];
  /** A whole scenario; mappings packed. */
  readonly d?: unknown;
  readonly e?: readonly Edit[];
  /** Step and micro-step. */
  readonly c?: readonly [number, number];
  readonly s?: SceneId;
  /** Selected entry: page, offset, structure. */
  readonly r?: readonly [number, number, string];
}

/** The payload of a document and where the person is in it. */
export function payloadOf(document: Document, place: Place): Payload {
  const { base, edits } = document;
  return {
    ...basePart(base),
    ...(edits.length > 0 ? { e: edits } : {}),
    ...(place.step >= 0 ? { c: [place.step, place.micro] as const } : {}),
    ...(place.scene === 'walk' ? {} : { s: place.scene }),
    ...refPart(place.selection),
  };
}

function basePart(base: Base): Pick<Payload, 'l' | 'x' | 'd'> {
  switch (base.kind) {
    case 'lesson':
      return { l: base.name };
    case 'example':
      return { x: [base.name, base.index] };
    case 'scenario':
      return { d: packScenario(base.scenario) };
  }
}

function refPart(selection: Ref | undefined): Pick<Payload, 'r'> {
  if (selection?.kind !== 'entry') return {};
  return { r: [selection.page, selection.offset, selection.structure] };
}

/** Where the payload says that the person is. */
export function placeOf(payload: Payload): Place {
  const [step, micro] = payload.c ?? [-1, 0];
  const scene = sceneIds.find((id) => id === payload.s) ?? 'walk';
  const selection: Ref | undefined =
    payload.r === undefined
      ? undefined
      : { kind: 'entry', page: payload.r[0], offset: payload.r[1], structure: payload.r[2] };
  return { step, micro, scene, selection };
}

/** Mappings of pages: differences of page numbers to the mapping before, and what is not the default. */
type PackedMaps = (readonly [number, number, ...(number | string)[]])[];

function packScenario(scenario: Scenario): unknown {
  return {
    ...scenario,
    ...(scenario.spaces === undefined
      ? {}
      : {
          spaces: scenario.spaces.map((space) =>
            space.maps === undefined ? space : { ...space, maps: packMaps(space.maps) },
          ),
        }),
  };
}

type Maps = NonNullable<NonNullable<Scenario['spaces']>[number]['maps']>;

function packMaps(maps: Maps): PackedMaps | Maps {
  const packed: (readonly [number, number, ...(number | string)[]])[] = [];
  let from = 0;
  let to = 0;
  for (const mapping of maps) {
    const pages = mapping.slice(0, 3).map((text) => pageOf(text));
    const [first, target, count] = pages;
    if (first === undefined || target === undefined || pages.includes(undefined)) return maps;
    packed.push([first - from, target - to, ...(count === undefined ? [] : [count]), ...mapping.slice(3)]);
    from = first;
    to = target;
  }
  return packed;
}

/** A scenario as `checkScenario` takes it, from its packed form. */
export function unpackScenario(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Array.isArray((value as Scenario).spaces)) return value;
  const scenario = value as { readonly spaces: readonly { readonly maps?: unknown }[] };
  return {
    ...scenario,
    spaces: scenario.spaces.map((space) =>
      Array.isArray(space?.maps) ? { ...space, maps: unpackMaps(space.maps) } : space,
    ),
  };
}

function unpackMaps(maps: readonly unknown[]): unknown {
  let from = 0;
  let to = 0;
  return maps.map((entry) => {
    if (!Array.isArray(entry) || !entry.slice(0, 3).every(Number.isSafeInteger) || entry.length < 2)
      return entry;
    from += entry[0];
    to += entry[1];
    const [, , count, permissions] = entry as [number, number, number?, string?];
    const length = count === undefined ? [] : [hexAddress(count)];
    return [hexAddress(from), hexAddress(to), ...length, ...(permissions === undefined ? [] : [permissions])];
  });
}

function pageOf(text: string): number | undefined {
  const word = parseWord(text);
  if (word === undefined) return undefined;
  const { page, offset } = splitAddress(word);
  return offset === 0 ? page : undefined;
}
