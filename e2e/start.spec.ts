import { expect, test } from '@playwright/test';

test('the start page offers lessons, the sandbox, a file and the examples', async ({ page }) => {
  await page.goto('./');
  await expect(page.locator('html')).toHaveAttribute('data-settled', 'true');
  await expect(page.getByRole('button', { name: /A walk within a walk/ })).toBeVisible();
});
