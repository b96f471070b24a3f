import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, it } from 'vitest';
import { scenarioSchema } from './schema';

it('is published for editors in public/schema/scenario.json', async () => {
  const schema = toJsonSchema(scenarioSchema, { errorMode: 'ignore' });
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(
    '../../../public/schema/scenario.json',
  );
});
