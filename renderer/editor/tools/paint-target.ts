import type { SpanSource } from '#shared/masks/spans';
import type { ToolHost } from './tool';

/** Erases in the selected defect, or in any where none is selected. */
export function eraseSpans(host: ToolHost, spans: SpanSource): void {
  host.session.erase(selectedLabel(host), spans);
}

/**
 * The defect that a shape or stroke starting there extends: the selected one, else the one under the pointer, else a new
 * one. Call between `begin` and `end` of the session.
 */
export function paintLabel(host: ToolHost, x: number, y: number): number {
  const known = selectedLabel(host) ?? defectAt(host, x, y);
  return known ?? host.session.createDefect(host.settings().activeClass);
}

/** One whole shape as one step: painted, or erased. */
export function applyShape(host: ToolHost, action: string, start: { x: number; y: number }, erasing: boolean, spans: SpanSource): void {
  const { session } = host;
  session.begin(erasing ? `${action} erase` : action);
  if (erasing) {
    eraseSpans(host, spans);
    session.end();
    return;
  }
  const label = paintLabel(host, start.x, start.y);
  session.paint(label, spans);
  session.end();
  if (session.defect(label)) host.select(label);
}

export function selectedLabel(host: ToolHost): number | null {
  const { selectedLabel: label } = host.settings();
  return label !== null && host.session.defect(label) ? label : null;
}

export function defectAt(host: ToolHost, x: number, y: number): number | null {
  const label = host.session.mask.labelAt(Math.floor(x), Math.floor(y));
  return label !== 0 && host.session.defect(label) ? label : null;
}
