/** What the report page offers to the process that prints it, as `window.railscopeReport`. */
import { z } from 'zod';
import { localeSchema } from '../domain/settings';

export interface OutlineItem {
  title: string;
  /** page index from 0 */
  page: number;
  children: OutlineItem[];
}

const outlineItemSchema: z.ZodType<OutlineItem> = z.object({
  title: z.string(),
  page: z.int().nonnegative(),
  get children() {
    return z.array(outlineItemSchema);
  },
});

/** The report as a document: what the printed pages themselves do not say. */
export const reportDocumentSchema = z.object({
  pageCount: z.int().positive(),
  locale: localeSchema,
  title: z.string(),
  author: z.string(),
  subject: z.string(),
  keywords: z.array(z.string()),
  createdAtMs: z.number(),
  outline: z.array(outlineItemSchema),
});
export type ReportDocument = z.infer<typeof reportDocumentSchema>;

export const shownPagesSchema = z.object({
  /** pictures that could not be loaded and show a placeholder */
  missingPictures: z.int().nonnegative(),
});
export type ShownPages = z.infer<typeof shownPagesSchema>;

export interface ReportPageApi {
  /** Takes the report's data once, as JSON of `ReportData`. @throws when it does not parse */
  start(dataJson: string): Promise<ReportDocument>;
  /**
   * Draws pages [from, to) and nothing else; resolves when fonts and pictures are ready to print.
   * `document.documentElement.dataset.reportReady` is then 'true', or 'error' when it rejects.
   */
  show(from: number, to: number): Promise<ShownPages>;
}
