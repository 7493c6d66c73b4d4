import { describe, expect, it } from 'vitest';
import { ProtocolError } from './protocol';
import { readMessage, writeMessage } from './tensor-message';

const tensor = { name: 'image', shape: [1, 2, 3], data: Float32Array.from([0, 1, -1, 0.5, 1e-20, 3e20]) };
const read = (header: object, raw: Buffer = Buffer.alloc(0), length?: string) => {
  const json = Buffer.from(JSON.stringify(header));
  return readMessage('inputs', Buffer.concat([json, raw]), length ?? (raw.length > 0 ? String(json.length) : undefined));
};
const input = (change: object): object => ({ inputs: [{ name: 'a', datatype: 'FP32', shape: [2], data: [1, 2], ...change }] });

describe('messages', () => {
  it.each([true, false])('come back as they went (binary %s)', (binary) => {
    const { body, headerLength } = writeMessage('inputs', [tensor, { ...tensor, name: 'b' }], { binary, more: { id: '7' } });
    // raw tensors may lie at any byte
    const moved = Buffer.concat([Buffer.alloc(1), body]).subarray(1);
    const { header, tensors } = readMessage('inputs', moved, headerLength === null ? undefined : String(headerLength));
    expect(tensors).toEqual([tensor, { ...tensor, name: 'b' }]);
    expect(header['id']).toBe('7');
  });

  it('takes nested lists', () => {
    expect(
      read(
        input({
          shape: [2, 2],
          data: [
            [1, 2],
            [3, 4],
          ],
        }),
      ).tensors[0]?.data,
    ).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it.each<[string, object, Buffer?, string?]>([
    ['not a list of tensors', { inputs: 5 }],
    ['not a list of tensors', { inputs: Array.from({ length: 100 }, () => ({})) }],
    ['not a list of tensors', input({ shape: [-1] })],
    ['not a list of tensors', input({ shape: [1.5] })],
    ['not a list of tensors', input({ shape: 'x' })],
    ['only FP32', input({ datatype: 'FP64' })],
    ['too large', input({ shape: [100_000, 100_000] })],
    ['its shape needs 2', input({ data: [1] })],
    ['more values', input({ data: [1, 2, 3] })],
    ['other than numbers', input({ data: [1, '2'] })],
    ['other than numbers', input({ data: [1, null] })],
    ['has no data', input({ data: undefined })],
    ['has no data', input({ data: { length: 2 } })],
    ['nested too deeply', input({ data: [[[[[[[[[[[1, 2]]]]]]]]]]] })],
    ['needs 8 raw bytes', input({ parameters: { binary_data_size: 7 } }), Buffer.alloc(8)],
    ['needs 8 raw bytes', input({ parameters: { binary_data_size: 8 } }), Buffer.alloc(4)],
    ['needs 8 raw bytes', input({ parameters: { binary_data_size: '8' } }), Buffer.alloc(8)],
    ['follow the last tensor', input({ parameters: { binary_data_size: 8 } }), Buffer.alloc(9)],
    ['follow the last tensor', input({}), Buffer.alloc(3)],
    ['header length', input({}), Buffer.alloc(0), '0'],
    ['header length', input({}), Buffer.alloc(0), '-1'],
    ['header length', input({}), Buffer.alloc(0), '99999'],
    ['header length', input({}), Buffer.alloc(0), '1e1'],
    ['not JSON', input({}), Buffer.alloc(0), '3'],
  ])('says what is wrong: %s', (message, header, raw, length) => {
    expect(() => read(header, raw, length)).toThrow(ProtocolError);
    expect(() => read(header, raw, length)).toThrow(message);
  });

  it.each(['', 'null', '[]', '5', '"x"', '{', '\u0000'])('refuses %j as a header', (text) => {
    expect(() => readMessage('inputs', Buffer.from(text), undefined)).toThrow(ProtocolError);
  });

  it('survives whatever bytes come', () => {
    const { body, headerLength } = writeMessage('inputs', [tensor], { binary: true, more: {} });
    let seed = 1;
    const random = (limit: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % limit;
    for (let round = 0; round < 2000; round++) {
      const broken = Buffer.from(body.subarray(0, body.length - random(3)));
      for (let flips = random(4); flips >= 0; flips--) broken[random(broken.length)] = random(256);
      try {
        const { tensors } = readMessage('inputs', broken, String((headerLength ?? 0) + random(3) - 1));
        for (const { shape, data } of tensors) expect(data).toHaveLength(shape.reduce((count, size) => count * size, 1));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
  });
});
