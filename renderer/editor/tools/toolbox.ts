import { assertNever } from '#shared/errors/railscope-error';
import type { ToolId } from '../editor-api';
import { BrushTool } from './brush';
import { FillTool } from './fill';
import { LassoTool } from './lasso';
import { PolygonTool } from './polygon';
import { RectangleTool } from './rectangle';
import { SelectTool } from './select';
import type { Tool, ToolHost } from './tool';

export function createTool(id: ToolId, host: ToolHost): Tool {
  switch (id) {
    case 'pan':
      return new SelectTool(host, false);
    case 'select':
      return new SelectTool(host, true);
    case 'brush':
      return new BrushTool(host, 'paint');
    case 'eraser':
      return new BrushTool(host, 'erase');
    case 'polygon':
      return new PolygonTool(host);
    case 'lasso':
      return new LassoTool(host);
    case 'fill':
      return new FillTool(host);
    case 'box':
      return new RectangleTool(host, 'mask');
    case 'region':
      return new RectangleTool(host, 'region');
    default:
      return assertNever(id, 'tool');
  }
}
