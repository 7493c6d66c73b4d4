import { beforeEach, describe, expect, it } from 'vitest';
import type { Box } from '#shared/geometry/box';
import type { ToolId } from '../editor-api';
import { EditSession } from '../session/edit-session';
import { testDocument } from '../testing/documents';
import type { ToolHost, ToolPointer, ToolSettings } from './tool';
import { createTool } from './toolbox';

const none = { shift: false, alt: false };
const at = (x: number, y: number, keys: Partial<typeof none> = {}): ToolPointer => ({ x, y, ...none, ...keys });

let session: EditSession;
let settings: ToolSettings;
let regions: Box[];
let pans: [number, number][];
let zoomedTo: number[];

function host(): ToolHost {
  return {
    session,
    settings: () => settings,
    select: (label) => (settings = { ...settings, selectedLabel: label }),
    zoomToDefect: (label) => zoomedTo.push(label),
    panBy: (dx, dy) => pans.push([dx, dy]),
    setRegion: (box) => regions.push(box),
  };
}
function tool(id: ToolId): Required<ReturnType<typeof createTool>> {
  return createTool(id, host()) as Required<ReturnType<typeof createTool>>;
}
function drag(id: ToolId, ...points: ToolPointer[]): void {
  const used = tool(id);
  const [first, ...rest] = points;
  if (!first) return;
  used.down(first);
  for (const point of rest) used.move([point]);
  used.up(rest.at(-1) ?? first);
}
const areas = (): number[] => session.defects.map((defect) => defect.areaPx);

beforeEach(() => {
  session = new EditSession(testDocument(400, 300), { width: 400, height: 300 }, { onPixels: () => undefined, onStep: () => undefined });
  settings = { brush: { sizePx: 5, shape: 'square' }, activeClass: 'crack', selectedLabel: null, zoom: 1 };
  regions = [];
  pans = [];
  zoomedTo = [];
});

describe('brush and eraser', () => {
  it('a new defect of the active class is drawn and selected; the next stroke extends it wherever it starts', () => {
    drag('brush', at(10.5, 10.5), at(20.5, 10.5));
    expect(session.defects).toMatchObject([{ classCode: 'crack', areaPx: 15 * 5 }]);
    expect(settings.selectedLabel).toBe(session.defects[0]?.label);
    drag('brush', at(200.5, 100.5));
    expect(areas()).toEqual([100]);
  });

  it('without a selection a stroke extends the defect it starts on, else makes a new one', () => {
    drag('brush', at(10.5, 10.5));
    settings.selectedLabel = null;
    drag('brush', at(11.5, 10.5), at(30.5, 10.5));
    expect(areas()).toEqual([(30 - 8 + 3) * 5]);
    settings.selectedLabel = null;
    drag('brush', at(100.5, 100.5));
    expect(session.defects).toHaveLength(2);
  });

  it('merges all positions of one event and draws a straight line on Shift+click', () => {
    const brush = tool('brush');
    brush.down(at(10.5, 50.5));
    brush.move([at(60.5, 50.5), at(60.5, 90.5)]);
    brush.up(at(60.5, 90.5));
    expect(session.undoDepth).toBe(1);
    expect([session.mask.labelAt(35, 50), session.mask.labelAt(60, 70)].every((label) => label > 0)).toBe(true);
    brush.down(at(160.5, 90.5, { shift: true }));
    brush.up(at(160.5, 90.5));
    expect(session.mask.labelAt(110, 90)).toBeGreaterThan(0);
  });

  it('Alt turns brush and eraser into each other', () => {
    drag('eraser', at(50.5, 50.5, { alt: true }));
    expect(areas()).toEqual([25]);
    drag('brush', at(50.5, 50.5, { alt: true }));
    expect(areas()).toEqual([]);
    expect(session.undoDepth).toBe(2);
  });

  it('the eraser keeps to the selected defect', () => {
    drag('brush', at(50.5, 50.5));
    settings.selectedLabel = null;
    drag('brush', at(60.5, 50.5));
    drag('eraser', at(40.5, 50.5), at(80.5, 50.5));
    expect(areas()).toEqual([25]);
    settings.selectedLabel = null;
    drag('eraser', at(40.5, 50.5), at(80.5, 50.5));
    expect(areas()).toEqual([]);
  });

  it('Escape takes the stroke back', () => {
    const brush = tool('brush');
    brush.down(at(10.5, 10.5));
    brush.move([at(90.5, 10.5)]);
    expect(brush.busy).toBe(true);
    brush.cancel();
    expect([brush.busy, session.busy, session.defects.length, session.undoDepth]).toEqual([false, false, 0, 0]);
    brush.up(at(90.5, 10.5));
    expect(session.undoDepth).toBe(0);
  });
});

describe('polygon', () => {
  const corners = [at(10, 10), at(30, 10), at(30, 30), at(10, 30)];

  it.each(['Enter', 'double click', 'first corner'])('closes by %s', (how) => {
    const polygon = tool('polygon');
    for (const corner of corners) polygon.down(corner);
    if (how === 'Enter') expect(polygon.key('Enter')).toBe(true);
    else if (how === 'double click') {
      polygon.down(at(10, 30));
      polygon.doubleClick(at(10, 30));
    } else polygon.down(at(12, 13));
    expect(areas()).toEqual([400]);
    expect([polygon.busy, session.undoDepth]).toEqual([false, 1]);
  });

  it('Backspace removes the last corner, and the first one last', () => {
    const polygon = tool('polygon');
    expect(polygon.key('Backspace')).toBe(false);
    for (const corner of [...corners, at(300, 200)]) polygon.down(corner);
    polygon.key('Backspace');
    polygon.key('Enter');
    expect(areas()).toEqual([400]);
    polygon.down(at(1, 1));
    polygon.key('Backspace');
    expect(polygon.busy).toBe(false);
  });

  it('with two corners stays open; Escape drops it', () => {
    const polygon = tool('polygon');
    polygon.down(at(10, 10));
    polygon.down(at(30, 10));
    polygon.key('Enter');
    expect(polygon.busy).toBe(true);
    polygon.cancel();
    expect([polygon.busy, session.defects.length]).toEqual([false, 0]);
  });

  it('Alt subtracts', () => {
    const polygon = tool('polygon');
    for (const corner of corners) polygon.down(corner);
    polygon.key('Enter');
    for (const corner of [at(20, 0), at(60, 0), at(60, 60), at(20, 60)]) polygon.down({ ...corner, alt: true });
    polygon.key('Enter');
    expect(areas()).toEqual([200]);
  });
});

it('lasso fills what was circled, in one step', () => {
  drag('lasso', at(10, 10), at(40, 10), at(40, 40), at(10, 40));
  expect(areas()).toEqual([900]);
  expect(session.undoDepth).toBe(1);
});

describe('rectangle and region', () => {
  it('fills the pixels that the drag touched, cut at the picture', () => {
    drag('box', at(390.2, 290.7), at(500, 500));
    expect(areas()).toEqual([10 * 10]);
  });
  it('a click is no rectangle', () => {
    drag('box', at(50, 50), at(51, 51));
    expect(session.defects).toEqual([]);
  });
  it('the region tool reports the box and leaves the mask alone', () => {
    drag('region', at(100, 280), at(20, 10));
    expect(regions).toEqual([{ x: 20, y: 10, width: 80, height: 270 }]);
    drag('region', at(100, 100), at(110, 110));
    expect(regions).toHaveLength(1);
    expect(session.undoDepth).toBe(0);
  });
});

describe('fill', () => {
  function drawRing(): void {
    drag('box', at(50, 50), at(80, 80));
    drag('box', at(60, 60, { alt: true }), at(70, 70));
  }
  it('fills all holes of a clicked defect', () => {
    drawRing();
    expect(areas()).toEqual([800]);
    tool('fill').down(at(52, 52));
    expect(areas()).toEqual([900]);
  });
  it('fills the hole that is clicked into, and nothing outside', () => {
    drawRing();
    settings.selectedLabel = null;
    tool('fill').down(at(200, 200));
    expect(areas()).toEqual([800]);
    tool('fill').down(at(65, 65));
    expect(areas()).toEqual([900]);
    expect(session.undoDepth).toBe(3);
  });
});

describe('select and pan', () => {
  it('a click selects the defect under or near the pointer, or nothing', () => {
    drag('box', at(50, 50), at(80, 80));
    settings.selectedLabel = null;
    drag('select', at(60, 60));
    expect(settings.selectedLabel).toBe(1);
    drag('select', at(200, 200));
    expect(settings.selectedLabel).toBeNull();
    drag('select', at(83, 60));
    expect(settings.selectedLabel).toBe(1);
    tool('select').doubleClick(at(60, 60));
    expect(zoomedTo).toEqual([1]);
  });
  it('a drag pans and selects nothing', () => {
    drag('box', at(50, 50), at(80, 80));
    settings.selectedLabel = null;
    drag('select', at(60, 60), at(75, 66));
    expect(pans).toEqual([[15, 6]]);
    expect(settings.selectedLabel).toBeNull();
    drag('pan', at(60, 60), at(61, 60));
    expect(pans).toHaveLength(2);
  });
});
