import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { goToOperation, open, press, settled, showScene } from './support/page';

/** Operations of each lesson whose end is worth a picture, and a place half way into one. */
const cursors = {
  'first-walk': { ends: [3, 9, 11], half: { after: 1, steps: 5 } },
  'nested-walk': { ends: [2, 7, 15], half: { after: 1, steps: 22 } },
  'pasid-edit': { ends: [6, 9, 14], half: { after: 1, steps: 8 } },
  'msi-bound': { ends: [4, 6, 7], half: { after: 6, steps: 9 } },
} as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`start page, ${colorScheme}`, async ({ page }) => {
      await open(page);
      await expect(page.getByRole('region', { name: 'A walk to step through' })).toBeVisible();
      await expect(page).toHaveScreenshot(`start-${colorScheme}.png`);
    });

    for (const [lesson, { ends, half }] of Object.entries(cursors)) {
      test(`${lesson}, ${colorScheme}`, async ({ page }) => {
        await open(page, `lesson=${lesson}`);
        await expect(page).toHaveScreenshot(`${lesson}-0-${colorScheme}.png`);
        await goToOperation(page, half.after);
        await press(page, 'ArrowRight', half.steps);
        await expect(page).toHaveScreenshot(`${lesson}-half-${colorScheme}.png`);
        for (const end of ends) {
          await goToOperation(page, end);
          await expect(page).toHaveScreenshot(`${lesson}-${end}-${colorScheme}.png`);
        }
      });
    }

    test(`scenes, ${colorScheme}`, async ({ page }) => {
      await open(page, 'lesson=pasid-edit');
      await goToOperation(page, 9);
      for (const scene of ['Spaces', 'Tables', 'Queue', 'Log']) {
        await showScene(page, scene);
        await expect(page).toHaveScreenshot(`scene-${scene.toLowerCase()}-${colorScheme}.png`);
      }
    });
  });
}

interface Listed {
  readonly lessons: readonly { readonly name: string }[];
}

/** Every other lesson half way through, on the scene on which it opens. */
const others = (JSON.parse(readFileSync('public/lessons/index.json', 'utf8')) as Listed).lessons.filter(
  ({ name }) => !(name in cursors),
);
for (const { name } of others) {
  test(`${name}, half way`, async ({ page }) => {
    const { steps } = JSON.parse(readFileSync(`public/lessons/${name}.json`, 'utf8')) as { steps: unknown[] };
    await open(page, `lesson=${name}`);
    await goToOperation(page, Math.ceil((steps.length * 2) / 3));
    await expect(page).toHaveScreenshot(`lesson-${name}.png`);
  });
}

for (const [name, viewport] of [
  ['1280', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
] as const) {
  test.describe(name, () => {
    test.use({ viewport });

    test(`nested-walk at ${name}`, async ({ page }) => {
      await open(page, 'lesson=nested-walk');
      await goToOperation(page, 1);
      await press(page, 'ArrowRight', 22);
      await settled(page);
      await expect(page).toHaveScreenshot(`nested-walk-${name}.png`);
    });
  });
}
