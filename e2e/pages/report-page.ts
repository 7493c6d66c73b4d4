import { expect, type Page } from '@playwright/test';

export class ReportPage {
  constructor(readonly page: Page) {}

  /** Exports with the dialog's own choices; the save dialog answers with the test's path. */
  async export(): Promise<void> {
    await this.page.getByTestId('export-report').click();
    await this.page.getByTestId('report-export').click();
    await expect(this.page.getByTestId('report-done')).toBeVisible({ timeout: 120_000 });
    await this.page.keyboard.press('Escape');
  }
}
