import { expect, type Locator, type Page } from '@playwright/test';

/** The canvas and the defect panel beside it. */
export class EditorPage {
  constructor(readonly page: Page) {}

  get canvas(): Locator {
    return this.page.getByTestId('editor-canvas');
  }

  async shownImageId(): Promise<number> {
    return Number(await this.canvas.getAttribute('data-image-id'));
  }

  async revision(): Promise<number> {
    return Number(await this.canvas.getAttribute('data-revision'));
  }

  async saved(): Promise<void> {
    await expect(this.canvas).toHaveAttribute('data-save-state', 'saved');
  }

  async setNote(text: string): Promise<void> {
    const note = this.page.getByTestId('defect-note');
    await note.fill(text);
    await note.blur();
    await this.saved();
  }

  async setClass(name: string): Promise<void> {
    await this.page.getByTestId('defect-class').click();
    await this.page.getByRole('option', { name }).click();
    await this.saved();
  }

  /** Drags with the brush from one place of the canvas to another, in shares of its size. */
  async brush(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    await this.page.getByTestId('tool-brush').click();
    const box = await this.canvas.boundingBox();
    if (!box) throw new Error('the canvas is not shown');
    const before = await this.revision();
    await this.page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 12 });
    await this.page.mouse.up();
    await expect.poll(() => this.revision()).toBeGreaterThan(before);
    await this.saved();
  }

  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }
}
