import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from '../../engine/scenario/edit';
import { lesson } from '../test-support/lab';
import { addEdit, type Document, newDocument, redo, scenarioOf, undo } from './document';

const base = { kind: 'lesson', name: 'first-walk', scenario: lesson('first-walk') } as const;
const remove = (step: number): Edit => ({ kind: 'remove', step });

/** Titles of the steps, to compare documents by what a person sees. */
function titles(document: Document): readonly (string | undefined)[] {
  return scenarioOf(document).steps.map(({ title }) => title);
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.nat(15).map(remove),
  fc.record({
    kind: fc.constant('insert' as const),
    after: fc.integer({ min: -1, max: 15 }),
    step: fc.string().map((title) => ({ do: 'note' as const, title })),
  }),
);
const act = fc.oneof(edit, fc.constant('undo' as const), fc.constant('redo' as const));

function doAct(document: Document, one: Edit | 'undo' | 'redo'): Document {
  if (one === 'undo') return undo(document);
  return one === 'redo' ? redo(document) : addEdit(document, one);
}

describe('a document', () => {
  it('with as many undos as edits is the base again', () => {
    fc.assert(
      fc.property(fc.array(edit), (edits) => {
        const changed = edits.reduce(addEdit, newDocument(base));
        const back = edits.reduce(undo, changed);
        expect(scenarioOf(back)).toEqual(base.scenario);
      }),
    );
  });

  it('after undo and redo is what it was before, whatever was done until then', () => {
    fc.assert(
      fc.property(fc.array(act), (acts) => {
        const document = acts.reduce(doAct, newDocument(base));
        fc.pre(document.edits.length > 0);
        expect(redo(undo(document))).toEqual(document);
      }),
    );
  });

  it('is no longer than its history: nothing is lost or doubled by undo and redo', () => {
    fc.assert(
      fc.property(
        fc.array(edit),
        fc.array(fc.constantFrom('undo' as const, 'redo' as const)),
        (edits, acts) => {
          const changed = edits.reduce(addEdit, newDocument(base));
          const document = acts.reduce(doAct, changed);
          expect([...document.edits, ...document.undone]).toEqual(edits);
        },
      ),
    );
  });

  it('forgets what was undone once something else is done', () => {
    const document = addEdit(undo(addEdit(newDocument(base), remove(0))), remove(1));
    expect(redo(document)).toEqual(document);
    expect(titles(document)).toEqual(titles(newDocument(base)).filter((_, index) => index !== 1));
  });

  it('has nothing to undo or redo at first', () => {
    const document = newDocument(base);
    expect([undo(document), redo(document)]).toEqual([document, document]);
  });

  it('counts each edit on what the edits before it left', () => {
    const document = [remove(0), remove(0)].reduce(addEdit, newDocument(base));
    expect(titles(document)).toEqual(titles(newDocument(base)).slice(2));
  });
});
