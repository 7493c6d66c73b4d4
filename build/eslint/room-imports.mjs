/**
 * The dependency rule of shared/DESIGN.md as a lint rule: a file may import its own room and the rooms listed
 * for it, packages that its room allows, and nothing else. Rooms are reached by alias (#shared/…, #imaging).
 */
import path from 'node:path';

/** room folder → { rooms: other rooms it may import, packages: null = any, or the only ones; never: packages it must not import } */
export const rooms = {
  'electron/shared': { rooms: [], packages: ['zod'] },
  'electron/imaging': { rooms: ['electron/shared'], never: ['electron'] },
  'electron/inference': { rooms: ['electron/shared', 'electron/imaging'], never: ['electron'] },
  'electron/project': { rooms: ['electron/shared', 'electron/imaging'], never: ['electron'] },
  'electron/main': { rooms: ['electron/shared'] },
  'electron/preload': { rooms: ['electron/shared'] },
  'electron/cli': { rooms: ['electron/shared', 'electron/imaging'], never: ['electron'] },
  renderer: { rooms: ['electron/shared'], never: ['electron', 'sharp', 'onnxruntime-node', 'node:'] },
  e2e: { rooms: ['electron/shared', 'electron/imaging'] },
  'native/ascend-acl': { rooms: [], never: ['electron'] },
  'models/bench': { rooms: ['electron/shared', 'electron/imaging', 'electron/inference'] },
};
const aliases = { '#shared/': 'electron/shared', '#imaging': 'electron/imaging', '#inference/': 'electron/inference' };
/** The one file that may load native addons. */
const nativeGate = 'electron/inference/backends/ascend-acl.ts';
const testFile = /\.test\.tsx?$|\/testing\//;
/** Tests that run against the built addon and the simulator. */
const nativeTest = /\.native\.test\.ts$/;

function roomOf(file) {
  return Object.keys(rooms).find((room) => file === room || file.startsWith(`${room}/`)) ?? null;
}

function targetFolder(specifier, file) {
  for (const [alias, folder] of Object.entries(aliases)) if (specifier.startsWith(alias)) return folder;
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier);
  return null;
}

function isPackage(specifier, name) {
  return specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`);
}

/** @returns {string | null} what is wrong with importing `specifier` from `file` (both relative to the root, POSIX) */
export function importFault(file, specifier) {
  const room = roomOf(file);
  if (!room) return null;
  const rule = rooms[room];
  const target = targetFolder(specifier, file);
  if (target?.startsWith('native/') && !room.startsWith('native/') && file !== nativeGate && !nativeTest.test(file)) {
    return `only ${nativeGate} may import native addons`;
  }
  if (target?.startsWith('native/acl-sim') && !testFile.test(file)) return 'the simulator is for tests only';
  if (specifier === '#imaging/testing' && !testFile.test(file) && room !== 'e2e') return 'fixtures are for tests only';
  if (target !== null) {
    const targetRoom = roomOf(target);
    if (targetRoom === room || target.startsWith('native/')) return null;
    if (targetRoom && rule.rooms.includes(targetRoom)) return specifier.startsWith('.') ? `reach ${targetRoom} by its alias` : null;
    return `${room} must not import ${targetRoom ?? target}`;
  }
  if (testFile.test(file)) return null;
  if (rule.packages && !rule.packages.some((name) => isPackage(specifier, name))) return `${room} imports only itself and ${rule.packages.join(', ')}`;
  if (rule.never?.some((name) => isPackage(specifier, name))) return `${room} must not import ${specifier}`;
  return null;
}

export const roomImports = {
  meta: { type: 'problem', schema: [], messages: { fault: '{{fault}}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const fault = importFault(file, node.source.value);
      if (fault) context.report({ node, messageId: 'fault', data: { fault } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
