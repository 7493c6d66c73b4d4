import { expect, type Locator, type Page } from '@playwright/test';

/** The one working screen: lists, top bar, defect panel. The canvas has its own page object. */
export class WorkspacePage {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.getByTestId('workspace');
  }

  async showTab(tab: 'defects' | 'images'): Promise<void> {
    await this.page.getByTestId(`tab-${tab}`).click();
  }

  imageRow(text: string): Locator {
    return this.page.getByTestId(/^image-row-/).filter({ hasText: text });
  }

  defectRows(): Locator {
    return this.page.getByTestId(/^defect-row-/);
  }

  async openImage(text: string): Promise<void> {
    await this.showTab('images');
    await this.imageRow(text).click();
  }

  /** Waits until no inspection job runs any more. */
  async inferenceFinished(timeoutMs = 150_000): Promise<void> {
    await expect(this.page.getByTestId('job-line')).toHaveCount(0, { timeout: timeoutMs });
  }

  notice(): Locator {
    return this.page.locator('.mantine-Notification-root');
  }
}
