/**
 * The page that is printed. It asks nobody for anything: the printing process hands it the data, then has it draw a
 * few pages at a time (`window.railscopeReport`), so that memory does not grow with the report.
 */
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { reportDataSchema } from '#shared/domain/report';
import type { ReportPageApi } from '#shared/report/page-api';
import { RailscopeError } from '#shared/errors/railscope-error';
import { startTranslations } from '../i18n';
import { PictureSet, loadPictures } from './pictures';
import { reportDocument } from './report-document';
import { reportModel, type ReportModel } from './report-model';
import { ReportPages } from './report-pages';
import './print.css';

declare global {
  interface Window {
    railscopeReport?: ReportPageApi;
  }
}

const container = document.getElementById('report');
if (!container) throw new Error('the report page has no container');
const root = createRoot(container);
let model: ReportModel | null = null;
let shown = new PictureSet();
/** the pictures that come next load while the pages before them are printed */
let ahead: { from: number; to: number; pictures: Promise<PictureSet> } | null = null;

async function start(dataJson: string): ReturnType<ReportPageApi['start']> {
  const data = reportDataSchema.parse(JSON.parse(dataJson));
  await startTranslations(data.options.locale);
  model = reportModel(data);
  document.documentElement.lang = data.options.locale;
  document.title = reportDocument(model).title;
  return reportDocument(model);
}

async function show(from: number, to: number): ReturnType<ReportPageApi['show']> {
  delete document.documentElement.dataset['reportReady'];
  try {
    const missingPictures = await draw(from, to);
    document.documentElement.dataset['reportReady'] = 'true';
    return { missingPictures };
  } catch (error) {
    document.documentElement.dataset['reportReady'] = 'error';
    throw error;
  }
}

async function draw(from: number, to: number): Promise<number> {
  if (!model) throw new RailscopeError('bad-request', 'show before start');
  const current = model;
  const pictures = await takePictures(current, from, to);
  flushSync(() => root.render(<ReportPages model={current} from={from} to={to} pictures={pictures} />));
  shown.dispose();
  shown = pictures;
  await Promise.all([fontsReady(), ...[...document.images].map(decoded)]);
  loadAhead(current, to, 2 * to - from);
  return pictures.missing;
}

async function takePictures(current: ReportModel, from: number, to: number): Promise<PictureSet> {
  const waiting = ahead;
  ahead = null;
  if (waiting?.from === from && waiting.to === to) return waiting.pictures;
  if (waiting) void waiting.pictures.then((pictures) => pictures.dispose());
  return loadPictures(current, current.pages.slice(from, to));
}

function loadAhead(current: ReportModel, from: number, wantedTo: number): void {
  const to = Math.min(wantedTo, current.pages.length);
  if (from < to) ahead = { from, to, pictures: loadPictures(current, current.pages.slice(from, to)) };
}

/** Names the text, so that every face it needs is loaded; a hidden window would not start that by itself. */
async function fontsReady(): Promise<void> {
  const family = getComputedStyle(document.body).fontFamily.split(',')[0] ?? 'sans-serif';
  await document.fonts.load(`10px ${family}`, document.body.innerText);
  await document.fonts.ready;
}

async function decoded(image: HTMLImageElement): Promise<void> {
  await image.decode().catch(() => undefined);
}

window.railscopeReport = { start, show };
