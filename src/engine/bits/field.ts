/** What a field's bits are for. `page` is an address without its low 12 bits. */
export type FieldKind = 'flag' | 'uint' | 'choice' | 'page' | 'reserved' | 'ignored';

/** One named run of bits. `high` and `low` count from bit 0 of the structure, both inclusive. */
export interface Field {
  readonly name: string;
  readonly abbr: string;
  readonly kind: FieldKind;
  readonly high: number;
  readonly low: number;
  readonly meaning: string;
  /** Of a `page` field, and of a `pointer`: how many pages a unit of its value stands for. */
  readonly pages: number;
  readonly choices: Readonly<Record<number, string>>;
}

const noChoices: Readonly<Record<number, string>> = {};

export function flag(abbr: string, name: string, bit: number, meaning: string): Field {
  return { name, abbr, kind: 'flag', high: bit, low: bit, meaning, pages: 1, choices: noChoices };
}

export function uint(abbr: string, name: string, high: number, low: number, meaning: string): Field {
  return { name, abbr, kind: 'uint', high, low, meaning, pages: 1, choices: noChoices };
}

/** The address of something smaller than a page, kept in place: the field's lowest bit is a bit below 12. */
export function pointer(abbr: string, name: string, high: number, low: number, meaning: string): Field {
  return { ...uint(abbr, name, high, low, meaning), pages: 2 ** ((low & 63) - 12) };
}

export function choice(
  abbr: string,
  name: string,
  high: number,
  low: number,
  choices: Readonly<Record<number, string>>,
  meaning: string,
): Field {
  return { name, abbr, kind: 'choice', high, low, meaning, pages: 1, choices };
}

/** A page number kept in place: the field's lowest bit is bit 12 of the address. */
export function page(abbr: string, name: string, high: number, low: number, meaning: string): Field {
  return { name, abbr, kind: 'page', high, low, meaning, pages: 2 ** ((low & 63) - 12), choices: noChoices };
}

/** A page number that stands by itself, wherever its bits are. */
export function frame(abbr: string, name: string, high: number, low: number, meaning: string): Field {
  return { name, abbr, kind: 'page', high, low, meaning, pages: 1, choices: noChoices };
}

export function reserved(high: number, low = high, meaning = 'Must be zero.'): Field {
  return { name: 'reserved', abbr: '', kind: 'reserved', high, low, meaning, pages: 1, choices: noChoices };
}

export function ignored(high: number, low = high, meaning = 'Hardware does not look at it.'): Field {
  return { name: 'ignored', abbr: '', kind: 'ignored', high, low, meaning, pages: 1, choices: noChoices };
}

/** The field's width in bits. */
export function width(field: Field): number {
  return field.high - field.low + 1;
}
