import { describe, expect, it } from 'vitest';
import type { ProjectSettings } from '#shared/domain/project';
import { draftOf, faultsOf, settingsOf } from './project-draft';

const saved: ProjectSettings = {
  inspection: { runName: 'r', line: 'l', direction: 'up', track: '1', railSide: 'left', inspector: '', organisation: 'depot' },
  calibration: { mmPerPxX: 0.4, mmPerPxY: 0.5, source: 'encoder' },
};
const person = { inspector: 'Li', organisation: 'other' };

describe('the project form', () => {
  it('starts from what is saved, with the inspector of the application where none is named', () => {
    const draft = draftOf(saved, person);
    expect(draft.inspection.inspector).toBe('Li');
    expect(draft.inspection.organisation).toBe('depot');
    expect(faultsOf(draft)).toEqual({});
    expect(settingsOf(draft)).toEqual({ ...saved, inspection: { ...saved.inspection, inspector: 'Li' } });
  });

  it.each([0, -1, '', 101, 'x'])('refuses a scale of %s', (scale) =>
    expect(faultsOf({ ...draftOf(saved, person), mmPerPxX: scale })).toEqual({ mmPerPxX: 'scale' }),
  );

  it('wants to know where a scale comes from', () =>
    expect(faultsOf({ ...draftOf(saved, person), source: ' ' })).toEqual({ source: 'source' }));

  it('asks nothing of an uncalibrated project', () => {
    const draft = { ...draftOf(saved, person), isCalibrated: false, mmPerPxX: '', source: '' };
    expect(faultsOf(draft)).toEqual({});
    expect(settingsOf(draft).calibration).toBeNull();
  });

  it('refuses texts that are too long', () => {
    const draft = draftOf(saved, person);
    expect(faultsOf({ ...draft, inspection: { ...draft.inspection, line: 'x'.repeat(201) } })).toEqual({ line: 'tooLong' });
  });
});
