import { expect, type Page, test } from '@playwright/test';
import { addressed, goToOperation, open, settled, status } from './support/page';

async function choose(page: Page, machine: string): Promise<void> {
  await page.getByLabel('Machine').selectOption({ label: machine });
  await settled(page);
}

test('another machine takes the same steps, and the place stays', async ({ page }) => {
  await open(page, 'lesson=four-machines');
  await goToOperation(page, 2);
  await expect(status(page)).toContainText('28 memory reads');
  for (const [machine, reads] of [
    ['Arm SMMUv3', '31 memory reads'],
    ['AMD-Vi', '30 memory reads'],
    ['RISC-V IOMMU', '32 memory reads'],
  ] as const) {
    await choose(page, machine);
    await expect(status(page)).toContainText(reads);
    await expect(page.locator('[aria-current="step"]')).toContainText('The first read');
  }
});

test('a link holds the machine', async ({ page, context }) => {
  await open(page, 'lesson=first-walk');
  await addressed(page, () => goToOperation(page, 5));
  const url = await addressed(page, () => choose(page, 'Arm SMMUv3'));
  const other = await context.newPage();
  await other.goto(url);
  await settled(other);
  await expect(other.getByLabel('Machine')).toHaveValue('smmuv3');
  await expect(status(other)).toContainText('F_TRANSLATION');
});

test('the sandbox maps, binds and sends on a machine of one’s choice', async ({ page }) => {
  await open(page, 'lesson=sandbox');
  await choose(page, 'RISC-V IOMMU');
  await page.keyboard.press('m');
  const panel = page.getByRole('tabpanel', { name: 'Map' });
  await panel.getByText('Add a space').click();
  await panel.getByLabel('Name').fill('mine');
  await panel.getByRole('button', { name: 'Add the space' }).click();
  await settled(page);
  await panel.getByLabel('Space').selectOption('mine');
  await panel.getByLabel('From').fill('0x10000');
  await panel.getByLabel('To').fill('0x5a000');
  await panel.getByRole('button', { name: 'Do it' }).click();
  await settled(page);
  await page.getByRole('tab', { name: 'Bind' }).click();
  const bind = page.getByRole('tabpanel', { name: 'Bind' });
  await bind.getByLabel('Device').fill('0x30');
  await bind.getByLabel('PASID', { exact: true }).fill('');
  await bind.getByLabel('Second stage').selectOption('mine');
  await bind.getByRole('button', { name: 'Bind', exact: true }).click();
  await settled(page);
  await page.getByRole('tab', { name: 'DMA' }).click();
  await page.getByLabel('Device (requester ID)').fill('0x30');
  await page.getByLabel('PASID', { exact: true }).fill('');
  await page.getByLabel('Address', { exact: true }).fill('0x10008');
  await page.getByRole('button', { name: 'Send the DMA' }).click();
  await settled(page);
  await expect(status(page)).toContainText('host address 0x5a008');
});
