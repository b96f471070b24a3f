import { expect, test } from '@playwright/test';
import { goToOperation, open } from './support/page';

test('stale-window: the lazy card reaches its old page until the timer', async ({ page }) => {
  await open(page, 'lesson=stale-window');
  await goToOperation(page, 10);
  const reach = page.getByRole('region', { name: 'Within reach' });
  await expect(reach).toContainText('Lazy card can still reach');
  await goToOperation(page, 11);
  await expect(reach).not.toContainText('can still reach');
});

test('one-lock: curves are measured in the worker, and a measurement can be cancelled', async ({ page }) => {
  await open(page, 'lesson=one-lock');
  const curves = page.getByRole('region', { name: 'Throughput against CPUs' });
  await curves.getByLabel('Up to CPUs').selectOption('4');
  await curves.getByRole('button', { name: 'Measure all' }).click();
  await expect(curves).toContainText('12 of 12 points measured', { timeout: 30_000 });
  await expect(curves.getByRole('img')).toHaveAttribute('aria-label', /one tree, one lock: .* at 4/);
  await curves.getByLabel('Up to CPUs').selectOption('128');
  await curves.getByRole('button', { name: 'Measure all' }).click();
  await curves.getByRole('button', { name: 'Cancel' }).click();
  await expect(curves.getByRole('button', { name: 'Measure all' })).toBeVisible({ timeout: 30_000 });
});
