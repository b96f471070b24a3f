import { expect, type Page, test } from '@playwright/test';
import { goToOperation, open, queueCommand, sendDma, settled, status } from './support/page';

const leaf = /Stage 1, level 1|then read, read 24/;

test.beforeEach(async ({ page }) => {
  await open(page, 'lesson=sandbox');
  await goToOperation(page, 1);
});

async function pickLeaf(page: Page): Promise<void> {
  await page.getByRole('button', { name: leaf }).first().click();
  await expect(page.getByRole('heading', { name: /First-stage entry, 4 KiB page/ })).toBeVisible();
}

async function toggleBit(page: Page, bit: number): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^Bit ${bit},`) }).click();
  await settled(page);
}

test('a stale IOTLB entry keeps working until an invalidation', async ({ page }) => {
  await pickLeaf(page);
  await toggleBit(page, 0);
  await expect(page.getByRole('navigation', { name: 'Steps' })).toContainText('yours');
  await expect(page.locator('.cache-stale')).toHaveCount(1);
  await sendDma(page, {});
  await expect(status(page)).toContainText('answered by the IOTLB');
  await queueCommand(page, 'PASID-based IOTLB invalidate', {
    'PASID: PASID': '5',
    'DID: domain identifier': '2',
  });
  await sendDma(page, {});
  await expect(status(page)).toContainText('First-stage entry not present (SFS.2, reason 0x71)');
  await page.getByRole('tab', { name: 'Inspect' }).click();
  await expect(page.getByRole('region', { name: 'Fault' })).toContainText('P = 0');
});

test('a reserved bit gives the fault with its reason', async ({ page }) => {
  await page.getByRole('button', { name: /PASID table entry, read 4/ }).click();
  const reserved = page.locator('.bit-reserved').first();
  await reserved.click();
  await settled(page);
  await queueCommand(page, 'PASID-cache invalidate', { 'G: granularity': '3' });
  await queueCommand(page, 'IOTLB invalidate', { 'G: granularity': '1' });
  await sendDma(page, {});
  await expect(status(page)).toContainText('reason 0x5a');
});

test('undo and redo take an edit back and bring it again', async ({ page }) => {
  await pickLeaf(page);
  await toggleBit(page, 1);
  const bit = page.getByRole('button', { name: /^Bit 1,/ });
  await expect(bit).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('z');
  await settled(page);
  await expect(bit).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Shift+Z');
  await settled(page);
  await goToOperation(page, 2);
  await expect(bit).toHaveAttribute('aria-pressed', 'false');
});

test('a field takes a new value and refuses a wrong one where it stands', async ({ page }) => {
  await pickLeaf(page);
  const address = page.getByRole('textbox', { name: /^ADDR/ });
  await address.fill('0x123');
  await address.press('Enter');
  await expect(page.getByRole('alert')).toContainText('multiple of 0x1000');
  await address.fill('0x194ae5000');
  await address.press('Enter');
  await settled(page);
  await expect(page.getByRole('navigation', { name: 'Steps' })).toContainText('yours');
});

test('PASID entries can be added, changed and removed', async ({ page }) => {
  await page.getByRole('tab', { name: 'Bind' }).click();
  const panel = page.getByRole('tabpanel', { name: 'Bind' });
  await panel.getByLabel('PASID', { exact: true }).fill('9');
  await panel.getByLabel('First stage').selectOption('process');
  await panel.getByLabel('Second stage').selectOption('guest');
  await panel.getByRole('button', { name: 'Bind', exact: true }).click();
  await settled(page);
  await expect(panel).toContainText('PASID 9');
  await sendDma(page, { PASID: '9' });
  await expect(status(page)).toContainText('goes on to host address 0x2f81c5000');
  await page.getByRole('tab', { name: 'Bind' }).click();
  await panel.getByRole('button', { name: /Remove PASID 9/ }).click();
  await settled(page);
  await expect(panel.getByRole('button', { name: 'PASID 9' })).toHaveCount(0);
});
