import type { Defect } from '#shared/domain/defect';
import { areaSpans, enclosedBackground, holesOfLabel } from '#shared/masks/flood-fill';
import { defectAt } from './paint-target';
import type { Tool, ToolHost, ToolPointer } from './tool';

/** Boxes larger than this are not searched: the window would freeze. */
const MOST_PX = 64_000_000;

/** Fills holes: all of a clicked defect, or the one clicked into. */
export class FillTool implements Tool {
  readonly edits = true;
  readonly busy = false;

  constructor(private readonly host: ToolHost) {}

  down(at: ToolPointer): void {
    const label = defectAt(this.host, at.x, at.y);
    const defect = label === null ? null : this.host.session.defect(label);
    if (defect) this.fillHoles(defect);
    else this.fillHoleAt(Math.floor(at.x), Math.floor(at.y));
  }

  private fillHoles(defect: Defect): void {
    const { box, label } = defect;
    if (box.width * box.height > MOST_PX) return;
    const holes = holesOfLabel({ labels: this.host.session.mask.copyBox(box), width: box.width, height: box.height }, label);
    if (holes) this.apply(defect, holes);
    else this.host.select(label);
  }

  /** The smallest defect whose box holds the point and whose outline, with its neighbours', encloses it. */
  private fillHoleAt(x: number, y: number): void {
    const { session } = this.host;
    const around = session.defects.filter(({ box }) => x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height);
    for (const defect of around.sort((a, b) => a.box.width * a.box.height - b.box.width * b.box.height)) {
      const { box } = defect;
      if (box.width * box.height > MOST_PX) continue;
      const area = enclosedBackground({ labels: session.mask.copyBox(box), width: box.width, height: box.height }, x - box.x, y - box.y);
      if (!area) continue;
      this.apply(defect, area);
      return;
    }
  }

  private apply({ label, box }: Defect, area: Uint8Array): void {
    const { session } = this.host;
    session.begin('fill');
    session.paint(label, (emit) => areaSpans(area, box.width, box.x, box.y, emit));
    session.end();
    this.host.select(label);
  }
}
