import { describe, expect, it } from 'vitest';
import { importFault } from './room-imports.mjs';

describe('room imports', () => {
  it.each([
    ['electron/shared/masks/a.ts', 'zod'],
    ['electron/shared/masks/a.ts', '../geometry/box'],
    ['electron/inference/pipeline/a.ts', '#shared/geometry/box'],
    ['electron/inference/pipeline/a.ts', '#imaging'],
    ['electron/inference/pipeline/a.test.ts', 'vitest'],
    ['electron/inference/backends/ascend-acl.ts', '../../../native/ascend-acl/index'],
    ['electron/inference/backends/a.native.test.ts', '../../../native/acl-sim/testing/a'],
    ['native/ascend-acl/a.ts', './binding'],
    ['native/ascend-acl/test/a.test.ts', '../../acl-sim/testing/a'],
    ['renderer/app/a.tsx', 'react'],
  ])('%s may import %s', (file, specifier) => expect(importFault(file, specifier)).toBeNull());

  it.each([
    ['electron/shared/masks/a.ts', 'node:fs'],
    ['electron/shared/masks/a.ts', 'sharp'],
    ['electron/main/a.ts', '../inference/entry'],
    ['electron/main/a.ts', '../shared/geometry/box'],
    ['electron/main/a.ts', '#imaging'],
    ['electron/inference/a.ts', 'electron'],
    ['electron/inference/pipeline/a.ts', '../../../native/ascend-acl/index'],
    ['native/ascend-acl/a.ts', '../acl-sim/testing/a'],
    ['native/ascend-acl/a.ts', '../../electron/shared/geometry/box'],
    ['renderer/app/a.tsx', 'node:fs'],
    ['renderer/app/a.tsx', '../../electron/project/open'],
  ])('%s must not import %s', (file, specifier) => expect(importFault(file, specifier)).toEqual(expect.any(String)));
});
