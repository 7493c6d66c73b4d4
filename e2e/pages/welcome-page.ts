import { expect, type Page } from '@playwright/test';

export class WelcomePage {
  constructor(readonly page: Page) {}

  async openDemo(): Promise<void> {
    await this.page.getByTestId('welcome-open-demo').click();
    await expect(this.page.getByTestId('workspace')).toBeVisible();
  }

  async openFolder(): Promise<void> {
    await this.page.getByTestId('welcome-open-folder').click();
    await expect(this.page.getByTestId('workspace')).toBeVisible();
  }

  recent() {
    return this.page.getByTestId('recent-project');
  }
}
