import { expect, test } from '@playwright/test';
import { goToOperation, open, press, settled, shows, status } from './support/page';

test('a lesson can be taken with the keyboard alone', async ({ page }) => {
  await open(page);
  for (let n = 0; n < 20; n++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (name.startsWith('A walk within a walk')) break;
  }
  await page.keyboard.press('Enter');
  await shows(page, 'A walk within a walk');
  await press(page, 'ArrowRight', 3);
  await expect(status(page)).toContainText('context cache');
  await goToOperation(page, 9);
  await expect(status(page)).toContainText('The request is refused');
});

test('? lists every key and Escape closes the list', async ({ page }) => {
  await open(page, 'lesson=first-walk');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: /keys/i })).toContainText('one micro-step forward or back');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('digits choose a scene, letters a panel', async ({ page }) => {
  await open(page, 'lesson=first-walk');
  await page.keyboard.press('5');
  await expect(page.getByRole('tab', { name: /^Log/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('d');
  await expect(page.getByRole('tab', { name: 'DMA' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('i');
  await expect(page.getByRole('tab', { name: 'Command' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('e');
  await expect(page.getByRole('tab', { name: 'Inspect' })).toHaveAttribute('aria-selected', 'true');
});

test('bits are walked with the arrows and turned with Space', async ({ page }) => {
  await open(page, 'lesson=sandbox');
  await goToOperation(page, 1);
  await page.getByRole('button', { name: /^Bit 63,/ }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: /^Bit 46,/ })).toBeFocused();
  await page.keyboard.press('Space');
  await settled(page);
  await expect(page.getByRole('navigation', { name: 'Steps' })).toContainText('yours');
});
