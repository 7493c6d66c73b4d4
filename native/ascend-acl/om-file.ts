/** Looks at an .om file before ACL does: where its links lead, and whether header and size are right. */
import { lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AscendError } from './ascend-error';

const headerBytes = 256;
/** "IMOD" */
const magic = 0x444f4d49;
const magicAt = 0;
const shortLengthAt = 76;
const longLengthAt = 184;
const maximumLinks = 40;

export interface OmFile {
  /** after every link */
  readonly realPath: string;
  /** symbolic links that were followed, in order */
  readonly links: readonly { readonly from: string; readonly to: string }[];
  readonly inode: number;
  readonly device: number;
  /** names of this inode; more than one means hard links, and changing one changes all */
  readonly hardLinks: number;
  readonly bytes: number;
}

/**
 * @throws AscendError bad-model naming the dangling link, the inode, or what is wrong with header and size
 */
export async function inspectOmFile(file: string): Promise<OmFile> {
  const links = await followLinks(path.resolve(file));
  const realPath = await realpath(file);
  const info = await stat(realPath);
  const { ino: inode, dev: device, nlink: hardLinks, size: bytes } = info;
  const found: OmFile = { realPath, links, inode, device, hardLinks, bytes };
  if (!info.isFile()) throw badModel(file, found, 'is no regular file', '不是普通文件');
  await checkHeader(file, found);
  return found;
}

async function followLinks(file: string): Promise<{ from: string; to: string }[]> {
  const links: { from: string; to: string }[] = [];
  for (let at = file; ;) {
    const info = await lstat(at).catch((error: unknown) => {
      throw missing(file, at, links, error);
    });
    if (!info.isSymbolicLink()) return links;
    if (links.length === maximumLinks) throw badPath(`${file}: too many symbolic links`, `${file}：符号链接层数过多`);
    const to = path.resolve(path.dirname(at), await readlink(at));
    links.push({ from: at, to });
    at = to;
  }
}

function missing(file: string, at: string, links: readonly { from: string; to: string }[], cause: unknown): AscendError {
  const last = links.at(-1);
  const chain = links
    .map(({ from }) => from)
    .concat(at)
    .join(' -> ');
  if (last && isMissing(cause)) return badPath(`dangling link: ${chain} (does not exist)`, `悬空的符号链接：${chain}（目标不存在）`, cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return badPath(`${file} cannot be read: ${reason}`, `无法读取 ${file}：${reason}`, cause);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function checkHeader(file: string, found: OmFile): Promise<void> {
  const header = Buffer.alloc(headerBytes);
  const handle = await open(found.realPath, 'r').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw badPath(`${file} cannot be opened: ${reason}`, `无法打开 ${file}：${reason}`, error);
  });
  const { bytesRead } = await handle.read(header, 0, headerBytes, 0).finally(() => handle.close());
  if (header.toString('latin1', 0, bytesRead).startsWith('version https://git-lfs')) {
    throw badModel(
      file,
      found,
      'is a Git LFS pointer, not the model; run `git lfs pull`',
      '是 Git LFS 指针而不是模型，请执行 git lfs pull',
    );
  }
  if (bytesRead < headerBytes) {
    throw badModel(file, found, `has ${bytesRead} bytes, fewer than its header`, `只有 ${bytesRead} 字节，短于文件头`);
  }
  if (header.readUInt32LE(magicAt) !== magic) {
    throw badModel(file, found, 'is no .om model (its header does not begin with IMOD)', '不是 .om 模型（文件头不是 IMOD）');
  }
  const expected = Number(header.readBigUInt64LE(longLengthAt)) || header.readUInt32LE(shortLengthAt);
  const actual = found.bytes - headerBytes;
  if (actual !== expected) {
    throw badModel(
      file,
      found,
      `is incomplete or damaged: its header promises ${expected} bytes of model, the file has ${actual}`,
      `不完整或已损坏：文件头声明 ${expected} 字节，实际 ${actual} 字节`,
    );
  }
}

function badPath(en: string, zh: string, cause?: unknown): AscendError {
  return new AscendError('bad-model', { en, zh }, { cause });
}

/** Names the very file: by which links it was reached, its inode, and whether other names share it. */
function badModel(file: string, found: OmFile, en: string, zh: string): AscendError {
  const reached = found.realPath === path.resolve(file) ? file : `${file} -> ${found.realPath}`;
  const shared = found.hardLinks > 1 ? `, ${found.hardLinks} hard links` : '';
  const identity = `inode ${found.inode}${shared}`;
  return new AscendError('bad-model', { en: `${reached} (${identity}) ${en}`, zh: `${reached}（${identity}）${zh}` });
}
