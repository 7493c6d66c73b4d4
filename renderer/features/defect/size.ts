import type { Calibration } from '#shared/domain/project';
import type { Defect } from '#shared/domain/defect';

/** The extent of a defect; in millimetres where the project is calibrated, else in pixels. */
export interface DefectSize {
  unit: 'mm' | 'px';
  width: number;
  height: number;
  /** of the mask, not of the box; mm² or px² */
  area: number;
}

export function defectSize({ box, areaPx }: Pick<Defect, 'box' | 'areaPx'>, calibration: Calibration | null): DefectSize {
  if (!calibration) return { unit: 'px', width: box.width, height: box.height, area: areaPx };
  const { mmPerPxX, mmPerPxY } = calibration;
  return { unit: 'mm', width: box.width * mmPerPxX, height: box.height * mmPerPxY, area: areaPx * mmPerPxX * mmPerPxY };
}
