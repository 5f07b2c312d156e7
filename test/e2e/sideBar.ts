import assert from 'node:assert/strict';
import type { Workbench } from '../support/workbench';

/** Names and what is said of them are to be read in the pictures. @param by pixels */
export async function widenSideBar({ page }: Workbench, by: number): Promise<void> {
  const bar = await page.locator('.part.sidebar').boundingBox();
  assert.ok(bar);
  const [x, y] = [bar.x + bar.width, bar.y + bar.height / 3];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 5 });
  await page.mouse.up();
}
