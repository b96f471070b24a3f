import { expect, test } from '@playwright/test';
import { addressed, goToOperation, open, press, sendDma, settled, showScene, status } from './support/page';

test('a copied link shows the same picture, to the pixel, in another browser', async ({ page, browser }) => {
  await open(page, 'lesson=nested-walk');
  await goToOperation(page, 1);
  await press(page, 'ArrowRight', 20);
  await expect(page).toHaveURL(/#v1\./);
  const url = await addressed(page, () => page.getByRole('button', { name: /index 0fe/ }).click());
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const here = await page.screenshot();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  const other = await context.newPage();
  await other.goto(url);
  await settled(other);
  const there = await other.screenshot();
  await context.close();
  expect(there.equals(here)).toBe(true);
});

test('edits, cursor and scene travel in the link, and a reload keeps them', async ({ page }) => {
  await open(page, 'lesson=sandbox');
  await goToOperation(page, 1);
  await sendDma(page, { Address: '0x7f3a9c050000' });
  await expect(page).toHaveURL(/#v1\./);
  await addressed(page, () => showScene(page, 'Spaces'));
  await page.reload();
  await settled(page);
  await expect(page.getByRole('tab', { name: /^Spaces/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('navigation', { name: 'Steps' })).toContainText('yours');
  await expect(status(page)).toContainText('0x2f81c7000');
});

test('a lesson with ten edits stays under 1,000 characters', async ({ page }) => {
  await open(page, 'lesson=nested-walk');
  await goToOperation(page, 2);
  await expect(page).toHaveURL(/#v1\./);
  let url = '';
  for (let n = 0; n < 10; n++) {
    const Address = `0x7f3a9c0${(0x4e + (n % 2)).toString(16)}${n}40`;
    url = await addressed(page, () => sendDma(page, { Address }));
  }
  await expect(page.getByText('yours')).toHaveCount(10);
  expect(url.length).toBeLessThan(1_000);
});

test('a damaged link says so and keeps its text', async ({ page }) => {
  await open(page, 'v1.thisIsNoLink');
  const notice = page.getByRole('alert');
  await expect(notice).toContainText('This link cannot be opened');
  const download = page.waitForEvent('download');
  await notice.getByRole('button', { name: 'Save the text as a file' }).click();
  const stream = await (await download).createReadStream();
  expect((await stream.toArray()).join('')).toContain('v1.thisIsNoLink');
});

test('a link of a newer version says so', async ({ page }) => {
  await open(page, 'v99.AAAA');
  await expect(page.getByRole('alert')).toContainText('version 99');
});

test('the share button copies the address', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'lesson=first-walk');
  await goToOperation(page, 2);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.locator('.header-said')).toContainText('Link copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('#v1.');
});
