import { expect, test } from '@playwright/test';
import { goToOperation, open, status } from './support/page';

test('first-walk: a late read succeeds until the invalidation, then faults', async ({ page }) => {
  await open(page, 'lesson=first-walk');
  await goToOperation(page, 8);
  await expect(status(page)).toContainText('answered by the IOTLB');
  await goToOperation(page, 11);
  await expect(status(page)).toContainText('The request is refused');
});

test('pasid-edit: the rewritten entry counts only after both flushes', async ({ page }) => {
  await open(page, 'lesson=pasid-edit');
  await goToOperation(page, 6);
  await expect(status(page)).toContainText('answered by the IOTLB');
  await goToOperation(page, 12);
  await expect(status(page)).toContainText('Pass-through');
});

test('msi-bound: the doorbell is reached once both stages know it', async ({ page }) => {
  await open(page, 'lesson=msi-bound');
  await goToOperation(page, 4);
  await expect(status(page)).toContainText('reason 0x79');
  await goToOperation(page, 7);
  await expect(status(page)).toContainText('the interrupt arrives');
});

test('a question before a step tells whether the answer is right', async ({ page }) => {
  await open(page, 'lesson=nested-walk');
  await goToOperation(page, 3);
  const question = page.locator('.predict');
  await question.getByRole('button', { name: 'Two: the last entry of each stage' }).click();
  await expect(question).toContainText('Two');
});
