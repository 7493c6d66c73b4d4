/** Files for tests of the path checks. */
import { writeFile } from 'node:fs/promises';

/** A file with the header of an .om and a body of `bodyBytes` zeros. @param promisedBytes what the header says, by default the truth */
export async function writeOm(file: string, bodyBytes = 64, promisedBytes = bodyBytes): Promise<void> {
  const header = Buffer.alloc(256);
  header.write('IMOD', 0, 'latin1');
  header.writeUInt32LE(256, 4);
  header.writeUInt32LE(promisedBytes, 76);
  header.writeBigUInt64LE(BigInt(promisedBytes), 184);
  await writeFile(file, Buffer.concat([header, Buffer.alloc(bodyBytes)]));
}
