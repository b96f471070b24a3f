import { expect, test } from '@playwright/test';
import { addressed, goToOperation, open, shows } from './support/page';

test('the start page offers lessons, the sandbox, a file and the examples', async ({ page }) => {
  await open(page);
  for (const lesson of ['One DMA, one walk', 'A walk within a walk', 'Editing a PASID entry', 'gIOVA']) {
    await expect(page.getByRole('button', { name: lesson }).first()).toBeVisible();
  }
  await expect(page.getByRole('button', { name: 'Open the sandbox' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open a file' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Linux 7.2, legacy mode Second-stage/ })).toBeVisible();
});

test('the walk on the start page steps', async ({ page }) => {
  await open(page);
  const walk = page.getByRole('region', { name: 'A walk to step through' });
  await expect(walk.getByRole('status')).toContainText('asks to read');
  for (let n = 0; n < 2; n++) await walk.getByRole('button', { name: 'Step' }).click();
  await expect(walk.getByRole('status')).toContainText('reads root entry');
  await walk.getByRole('button', { name: 'Back' }).click();
  await expect(walk.getByRole('status')).toContainText('context cache has no entry');
});

test('a lesson, the sandbox and the way back are one click each', async ({ page }) => {
  await open(page);
  await addressed(page, () => page.getByRole('button', { name: /^One DMA/ }).click());
  await shows(page, 'One DMA, one walk');
  await addressed(page, () => page.getByRole('button', { name: 'Iommuscope' }).click());
  await shows(page, 'Iommuscope');
  await page.getByRole('button', { name: 'Open the sandbox' }).click();
  await shows(page, 'Sandbox');
  await addressed(page, () => goToOperation(page, 1));
  await page.goBack();
  await shows(page, 'Iommuscope');
});
