import { writeField } from '../../bits/access';
import { fieldOf, type Layout } from '../../bits/layout';

/** A copy of an entry's words with some fields changed. */
export function withFields(
  layout: Layout,
  words: readonly number[],
  fields: Readonly<Record<string, number>>,
): number[] {
  const result = [...words];
  for (const [name, value] of Object.entries(fields)) writeField(fieldOf(layout, name), result, 0, value);
  return result;
}
