/** What is typed into the project form, and whether it can be saved. */
import { projectSettingsSchema, type Inspection, type ProjectSettings } from '#shared/domain/project';

export interface ProjectDraft {
  inspection: Inspection;
  isCalibrated: boolean;
  mmPerPxX: string | number;
  mmPerPxY: string | number;
  source: string;
}
export type DraftFault = 'scale' | 'source' | 'tooLong';
export type DraftFaults = Partial<Record<keyof Inspection | 'mmPerPxX' | 'mmPerPxY' | 'source', DraftFault>>;

const MAXIMUM_MM_PER_PX = 100;
const MAXIMUM_LENGTH = 200;

/** @param person fills inspector and organisation where the project does not name them yet */
export function draftOf({ inspection, calibration }: ProjectSettings, person: { inspector: string; organisation: string }): ProjectDraft {
  return {
    inspection: {
      ...inspection,
      inspector: inspection.inspector === '' ? person.inspector : inspection.inspector,
      organisation: inspection.organisation === '' ? person.organisation : inspection.organisation,
    },
    isCalibrated: calibration !== null,
    mmPerPxX: calibration?.mmPerPxX ?? '',
    mmPerPxY: calibration?.mmPerPxY ?? '',
    source: calibration?.source ?? '',
  };
}

export function faultsOf(draft: ProjectDraft): DraftFaults {
  const faults: DraftFaults = {};
  for (const [field, text] of Object.entries(draft.inspection)) {
    if (text.length > MAXIMUM_LENGTH) faults[field as keyof Inspection] = 'tooLong';
  }
  if (!draft.isCalibrated) return faults;
  if (!isScale(draft.mmPerPxX)) faults.mmPerPxX = 'scale';
  if (!isScale(draft.mmPerPxY)) faults.mmPerPxY = 'scale';
  if (draft.source.trim() === '') faults.source = 'source';
  else if (draft.source.length > MAXIMUM_LENGTH) faults.source = 'tooLong';
  return faults;
}

/** @throws when the draft has faults */
export function settingsOf(draft: ProjectDraft): ProjectSettings {
  const calibration = { mmPerPxX: Number(draft.mmPerPxX), mmPerPxY: Number(draft.mmPerPxY), source: draft.source.trim() };
  return projectSettingsSchema.parse({ inspection: draft.inspection, calibration: draft.isCalibrated ? calibration : null });
}

function isScale(value: string | number): boolean {
  const number = typeof value === 'number' ? value : Number.parseFloat(value);
  return Number.isFinite(number) && number > 0 && number <= MAXIMUM_MM_PER_PX;
}
