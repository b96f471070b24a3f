import { expect, test } from '@playwright/test';
import { goToOperation, open, press, showScene, status } from './support/page';

test.beforeEach(({ page }) => open(page, 'lesson=nested-walk'));

test('the cold walk reads 28 entries in order, and the run counts them', async ({ page }) => {
  await goToOperation(page, 2);
  const reads = page.getByRole('button', { name: /, read \d+,/ });
  await expect(reads).toHaveCount(28);
  const order = await reads.evaluateAll((cells) =>
    cells.map((cell) => Number(/read (\d+),/.exec(cell.getAttribute('aria-label') ?? '')?.[1])),
  );
  expect(order).toEqual(Array.from({ length: 28 }, (_, n) => n + 1));
  await expect(status(page)).toContainText('28 memory reads');
  await expect(page.getByText('4 device structures + 4 of stage 1 + 20 of stage 2 = 28 reads')).toBeVisible();
});

test('each read shows its word, its fields and whose table it is', async ({ page }) => {
  await goToOperation(page, 1);
  await press(page, 'ArrowRight', 12);
  const inspector = page.getByRole('tabpanel', { name: 'Inspect' });
  await expect(page.locator('.cell-active')).toHaveCount(1);
  await expect(inspector.getByRole('heading', { level: 2 })).toHaveText(/entry/);
  await expect(inspector).toContainText('written by the host');
  await expect(inspector).toContainText('VT-d 9.8');
  await expect(page.getByRole('region', { name: 'The address that the device uses' })).toContainText('0fe');
  await press(page, 'ArrowRight', 3);
  await page.getByRole('button', { name: /index 0fe/ }).click();
  await expect(inspector).toContainText('written by the guest');
});

test('steps go forward and back by micro-step and by operation', async ({ page }) => {
  await press(page, 'Shift+ArrowRight', 2);
  await expect(status(page)).toContainText('28 memory reads');
  await press(page, 'ArrowLeft');
  await expect(status(page)).toContainText('keeps');
  await press(page, 'ArrowRight');
  await expect(status(page)).toContainText('28 memory reads');
  await press(page, 'Shift+ArrowLeft');
  await expect(page.getByRole('heading', { name: /^1\. Two owners/ })).toBeVisible();
});

test('play runs to the next stop and waits there; the speed can be changed', async ({ page }) => {
  await page.getByLabel('Speed').selectOption('4');
  await page.getByRole('button', { name: 'Play to the stop' }).click();
  const slider = page.getByRole('slider', { name: 'Place in the run' });
  await expect(page.getByRole('button', { name: 'Play to the stop' })).toBeVisible({ timeout: 20_000 });
  const first = await slider.getAttribute('aria-valuetext');
  expect(first).toContain('operation');
  await page.keyboard.press('Space');
  await expect(slider).not.toHaveAttribute('aria-valuetext', first ?? '');
});

test('the timeline scrubs', async ({ page }) => {
  const slider = page.getByRole('slider', { name: 'Place in the run' });
  const box = await slider.boundingBox();
  if (box === null) throw new Error('the timeline has no place');
  await page.mouse.click(box.x + box.width / 2, box.y + 30);
  const middle = Number(await slider.getAttribute('aria-valuenow'));
  const end = Number(await slider.getAttribute('aria-valuemax'));
  expect(middle).toBeGreaterThan(end * 0.4);
  expect(middle).toBeLessThan(end * 0.6);
});

test('the same DMA again is answered by the IOTLB without a read', async ({ page }) => {
  await goToOperation(page, 3);
  await expect(status(page)).toContainText('answered by the IOTLB, no memory reads');
  await expect(page.getByRole('button', { name: /, read \d+,/ })).toHaveCount(0);
  await expect(page.locator('.caches')).toContainText('0x2f81c5000');
});

test('every scene shows the moment, and the log reads alone', async ({ page }) => {
  await goToOperation(page, 2);
  await showScene(page, 'Spaces');
  await expect(page.getByRole('tabpanel', { name: /Spaces/ })).toContainText('Guest addresses (GPA)');
  await showScene(page, 'Tables');
  await expect(page.getByRole('tabpanel', { name: /Tables/ })).toContainText('PASID table, 00:03.0');
  await showScene(page, 'Queue');
  await expect(page.getByRole('tabpanel', { name: /Queue/ })).toContainText(
    'Software has queued nothing yet',
  );
  await showScene(page, 'Log');
  await expect(page.getByRole('tabpanel', { name: /Log/ })).toContainText(
    'Guest page 0x7b105000 is host page 0x104f202000.',
  );
});
