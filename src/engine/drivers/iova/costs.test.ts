import { describe, expect, it } from 'vitest';
import { costsWith, costTable } from './costs';

describe('the costs', () => {
  it('are those of the table where nobody changes them', () => {
    const changed = costsWith({ flush: 5 });
    for (const [name, cost] of Object.entries(costTable))
      expect(changed[name as keyof typeof costTable]).toBe(name === 'flush' ? 5 : cost.nanoseconds);
  });

  it('each name where they come from', () => {
    for (const cost of Object.values(costTable)) expect(cost.source).toMatch(/^(assumption|McKenney)/);
  });
});
