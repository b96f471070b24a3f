import { expect, test } from '@playwright/test';
import { goToOperation, open, sendDma, settled, status } from './support/page';

test.beforeEach(async ({ page }) => {
  await open(page, 'lesson=sandbox');
  await goToOperation(page, 1);
});

test('a DMA of one’s own becomes a step', async ({ page }) => {
  await sendDma(page, { PASID: '5', Address: '0x7f3a9c04f123' }, 'write');
  await expect(status(page)).toContainText('host address 0x2f81c6123');
  await expect(page.getByRole('navigation', { name: 'Steps' })).toContainText('yours');
});

test('a DMA without a PASID, privileged or to execute is refused with its reason', async ({ page }) => {
  await sendDma(page, { PASID: '' });
  await expect(status(page)).toContainText('The request is refused');
  await sendDma(page, { PASID: '5' }, 'execute');
  await expect(status(page)).toContainText('reason 0x5c');
  await page.getByRole('tab', { name: 'DMA' }).click();
  await page.getByLabel('privileged').check();
  await sendDma(page, {});
  await expect(status(page)).toContainText('reason 0x5d');
});

test('wrong fields are told where they stand and nothing runs', async ({ page }) => {
  await page.getByRole('tab', { name: 'DMA' }).click();
  await page.getByLabel('Address', { exact: true }).fill('zzz');
  await page.getByLabel('PASID', { exact: true }).fill('9999999');
  await page.getByRole('button', { name: 'Send the DMA' }).click();
  await expect(page.locator('.field-problem')).toHaveCount(2);
  await expect(page.getByRole('navigation', { name: 'Steps' })).not.toContainText('yours');
});

test('raw words are queued as they are, and a wrong descriptor stops the queue', async ({ page }) => {
  await page.getByRole('tab', { name: 'Command' }).click();
  await page.getByLabel('Descriptor').selectOption({ label: 'Raw words' });
  await page.getByLabel('64-bit words, lowest first').fill('zz');
  await page.getByRole('button', { name: 'Queue the words' }).click();
  await expect(page.locator('.field-problem')).toContainText('up to 4 words');
  await page.getByLabel('64-bit words, lowest first').fill('0xf 0x0');
  await page.getByRole('button', { name: 'Queue the words' }).click();
  await settled(page);
  await page.getByRole('tab', { name: /^Log/ }).click();
  await expect(page.getByRole('tabpanel', { name: /Log/ })).toContainText('The queue stops at descriptor');
});
