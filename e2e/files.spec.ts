import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { addressed, goToOperation, open, settled, shows, status } from './support/page';

const vectors = 'data/vectors/vtd/sm-first-stage-inval.json.gz';

test('a file of recorded answers lists its cases, and each request stands beside its answer', async ({
  page,
}) => {
  await open(page);
  await page.locator('input[type=file]').setInputFiles(vectors);
  await settled(page);
  const cases = page.getByRole('list', { name: 'Cases' });
  await expect(cases.getByRole('listitem').first()).toBeVisible();
  const second = cases.getByRole('button').nth(1);
  const name = await second.locator('span').first().textContent();
  await second.click();
  await settled(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name ?? '');
  await page.keyboard.press('End');
  await expect(page.getByRole('region', { name: 'Recorded answer and ours' })).toContainText('recorded');
});

test('a plain file opens as the gzipped one does', async ({ page }) => {
  await open(page);
  const buffer = gunzipSync(readFileSync(vectors));
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'recorded.json', mimeType: 'application/json', buffer });
  await settled(page);
  await expect(page.getByRole('heading', { level: 2, name: 'recorded.json' })).toBeVisible();
});

test('an example opens with every recorded answer agreed, and survives a reload', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /Linux 7.2, legacy mode Second-stage/ }).click();
  await shows(page, /linux/);
  await expect(page).toHaveURL(/#v1\./);
  await addressed(page, () => goToOperation(page, 1));
  await expect(page.getByText('Every recorded field agrees.')).toBeVisible();
  await expect(page.locator('.verdict-different')).toHaveCount(0);
  await page.reload();
  await settled(page);
  await expect(page.getByRole('complementary', { name: 'Cases of the file' })).toBeVisible();
  await expect(status(page)).toContainText('The request goes on to host address');
});

test('a dropped file opens', async ({ page }) => {
  await open(page);
  const text = gunzipSync(readFileSync(vectors)).toString('utf8');
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'dropped.json'));
    return data;
  }, text);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await expect(page.getByRole('heading', { level: 2, name: 'dropped.json' })).toBeVisible();
});

test('pasted text opens', async ({ page }) => {
  await open(page);
  const text = readFileSync('public/lessons/first-walk.json', 'utf8');
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.setData('text/plain', content);
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
  }, text);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One DMA, one walk');
});

test('a bad file says where and what, and what was on the screen stays', async ({ page }) => {
  await open(page, 'lesson=first-walk');
  await goToOperation(page, 2);
  const before = await status(page).textContent();
  const buffer = Buffer.from(
    '{"format":"iommuscope/1","name":"x","title":"x","machine":{},"steps":[{"do":"dmq"}]}',
  );
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer });
  const notice = page.getByRole('alert');
  await expect(notice).toContainText('bad.json cannot be opened');
  await expect(notice).toContainText('steps[0]');
  await page.keyboard.press('Escape');
  await expect(notice).toHaveCount(0);
  await expect(status(page)).toHaveText(before ?? '');
});
