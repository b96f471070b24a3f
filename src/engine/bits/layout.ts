import { type Field, width } from './field';

/** One structure of one manual: every bit has exactly one field. */
export interface Layout {
  /** Unique among the structures of its architecture. */
  readonly id: string;
  readonly name: string;
  /** A multiple of 64. */
  readonly bits: number;
  /** Where the manual defines it. */
  readonly section: string;
  /** From the highest bit down. */
  readonly fields: readonly Field[];
}

/**
 * Declares a structure. Throws when two fields overlap, when a bit is left unsaid, or when a field that
 * is read as a number is wider than 53 bits or crosses a 64-bit word.
 */
export function layout(
  id: string,
  name: string,
  bits: number,
  section: string,
  fields: readonly Field[],
): Layout {
  const sorted = [...fields].sort((a, b) => b.high - a.high);
  let next = bits - 1;
  for (const field of sorted) {
    if (field.high !== next) {
      throw new Error(
        `layout ${id}: bit ${next} is ${field.high > next ? 'said twice' : 'unsaid'} (at ${field.abbr || field.kind})`,
      );
    }
    if (field.low > field.high)
      throw new Error(`layout ${id}: ${field.name} has its bits the wrong way round`);
    const isNumber = field.kind !== 'reserved' && field.kind !== 'ignored';
    if (isNumber && (width(field) > 53 || field.high >> 6 !== field.low >> 6)) {
      throw new Error(`layout ${id}: ${field.name} cannot be read as one number`);
    }
    next = field.low - 1;
  }
  if (next !== -1) throw new Error(`layout ${id}: bit ${next} is unsaid`);
  return { id, name, bits, section, fields: sorted };
}

/** The field of that abbreviation or name. Throws when the structure has none. */
export function fieldOf(structure: Layout, name: string): Field {
  const found = structure.fields.find((field) => field.abbr === name || field.name === name);
  if (found === undefined) throw new Error(`layout ${structure.id} has no field ${name}`);
  return found;
}

/** How many 32-bit words the structure takes. */
export function wordCount(structure: Layout): number {
  return structure.bits / 32;
}
