import { expect, type Locator, type Page } from '@playwright/test';

/** Opens the app at a fragment (without `#`) and waits until it shows what it will show. */
export async function open(page: Page, fragment = ''): Promise<void> {
  await page.goto(fragment === '' ? './' : `./#${fragment}`);
  await settled(page);
}

/** Waits until no run is on its way and the fonts are there. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-settled', 'true');
}

/** Waits until the lab shows a scenario of that title. */
export async function shows(page: Page, title: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await settled(page);
}

/** Presses a key, any number of times. */
export async function press(page: Page, key: string, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) await page.keyboard.press(key);
  await settled(page);
}

/** Goes to the end of operation `number` of the run, by keys. */
export async function goToOperation(page: Page, number: number): Promise<void> {
  await page.keyboard.type(String(number));
  await press(page, 'Enter');
}

export async function showScene(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
  await settled(page);
}

/** Does something and waits until the address has followed it. */
export async function addressed(page: Page, act: () => Promise<unknown>): Promise<string> {
  const hash = (): Promise<string> => page.evaluate(() => location.hash);
  const before = await hash();
  await act();
  await expect.poll(hash).not.toBe(before);
  return page.url();
}

/** What just happened, in words. */
export function status(page: Page): Locator {
  return page.locator('.status');
}

/** Sends a DMA with the form beside the stage. Fields left out stay as the form proposes them. */
export async function sendDma(
  page: Page,
  fields: Partial<Record<'Device (requester ID)' | 'PASID' | 'Address', string>>,
  access: 'read' | 'write' | 'execute' = 'read',
): Promise<void> {
  await page.getByRole('tab', { name: 'DMA' }).click();
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole('radio', { name: access }).check();
  await page.getByRole('button', { name: 'Send the DMA' }).click();
  await settled(page);
}

/** Queues a command composed in the form. */
export async function queueCommand(
  page: Page,
  descriptor: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.getByRole('tab', { name: 'Command' }).click();
  await page.getByLabel('Descriptor').selectOption({ label: descriptor });
  for (const [label, value] of Object.entries(fields)) {
    const field = page.getByLabel(label);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
  await page.getByRole('button', { name: 'Queue the command' }).click();
  await settled(page);
}
