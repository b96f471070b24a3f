import { applyEdits, type Edit } from '../../engine/scenario/edit';
import type { Scenario } from '../../engine/scenario/schema';

/** Where a document comes from: a lesson or a case of an example that ships, by name, or a whole scenario. */
export type Base =
  | { readonly kind: 'lesson'; readonly name: string; readonly scenario: Scenario }
  | { readonly kind: 'example'; readonly name: string; readonly index: number; readonly scenario: Scenario }
  | { readonly kind: 'scenario'; readonly scenario: Scenario };

/** What the person works on: a base and what she changed, as operations. */
export interface Document {
  readonly base: Base;
  readonly edits: readonly Edit[];
  /** Edits taken back, the last one first to come again. */
  readonly undone: readonly Edit[];
}

export function newDocument(base: Base, edits: readonly Edit[] = []): Document {
  return { base, edits, undone: [] };
}

export function addEdit(document: Document, edit: Edit): Document {
  const before =
    edit.kind === 'machine' ? document.edits.filter(({ kind }) => kind !== 'machine') : document.edits;
  return { ...document, edits: [...before, edit], undone: [] };
}

export function undo(document: Document): Document {
  const last = document.edits.at(-1);
  if (last === undefined) return document;
  return { ...document, edits: document.edits.slice(0, -1), undone: [last, ...document.undone] };
}

export function redo(document: Document): Document {
  const [next, ...rest] = document.undone;
  if (next === undefined) return document;
  return { ...document, edits: [...document.edits, next], undone: rest };
}

/** The scenario as the person has it now. */
export function scenarioOf(document: Document): Scenario {
  return applyEdits(document.base.scenario, document.edits);
}
