import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { goToOperation, open, showScene } from './support/page';

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ target }) => target) }))).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the start page has no violation', async ({ page }) => {
      await open(page);
      await expect(page.getByRole('region', { name: 'A walk to step through' })).toBeVisible();
      await expectNoViolations(page);
    });

    test('no scene has a violation', async ({ page }) => {
      await open(page, 'lesson=pasid-edit');
      await goToOperation(page, 9);
      for (const scene of ['Walk', 'Spaces', 'Tables', 'Queue', 'Log']) {
        await showScene(page, scene);
        await expectNoViolations(page);
      }
    });

    test('software has no violation: reach, ledgers, curves', async ({ page }) => {
      await open(page, 'lesson=stale-window');
      await goToOperation(page, 10);
      await expectNoViolations(page);
      await open(page, 'lesson=one-lock');
      await goToOperation(page, 6);
      await expectNoViolations(page);
    });

    test('no walk has a violation: half way, refused, answered', async ({ page }) => {
      await open(page, 'lesson=nested-walk');
      for (const operation of [2, 3, 9]) {
        await goToOperation(page, operation);
        await expectNoViolations(page);
      }
      await goToOperation(page, 4);
      for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowRight');
      await expectNoViolations(page);
    });

    test('no panel has a violation', async ({ page }) => {
      await open(page, 'lesson=nested-walk');
      await goToOperation(page, 2);
      for (const panel of ['Inspect', 'DMA', 'Map', 'Bind', 'Command', 'Caches']) {
        await page.getByRole('tab', { name: panel }).click();
        await expectNoViolations(page);
      }
    });

    test('the keys, a message and an open file have no violation', async ({ page }) => {
      await open(page, 'example=linux-vtd-legacy');
      await goToOperation(page, 3);
      await expectNoViolations(page);
      await page.keyboard.press('?');
      await expectNoViolations(page);
      await open(page, 'v99.AAAA');
      await expectNoViolations(page);
    });
  });
}
