import { describe, expect, it } from 'vitest';
import { LatestFirstQueue } from './latest-first-queue';

/** A queue whose work ends when the test says so. */
function controlled(limit: number) {
  const queue = new LatestFirstQueue<string>(limit);
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const request = (key: string): Promise<string> =>
    queue.run(key, () => {
      started.push(key);
      return new Promise((resolve, reject) => ends.set(key, (error) => (error ? reject(error) : resolve(`${key}!`))));
    });
  const end = async (key: string, error?: Error): Promise<void> => {
    ends.get(key)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { request, started, end };
}

describe('LatestFirstQueue', () => {
  it('runs no more than the limit, the newest request next', async () => {
    const { request, started, end } = controlled(2);
    const answers = ['a', 'b', 'c', 'd', 'e'].map(request);
    expect(started).toEqual(['a', 'b']);
    await end('a');
    expect(started).toEqual(['a', 'b', 'e']);
    await end('b');
    await end('e');
    expect(started).toEqual(['a', 'b', 'e', 'd', 'c']);
    await end('c');
    await end('d');
    expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
  });

  it('shares an answer, and puts what is asked for again in front', async () => {
    const { request, started, end } = controlled(1);
    const [, first] = [request('a'), request('b'), request('c')];
    expect(request('b')).toBe(first);
    await end('a');
    expect(started).toEqual(['a', 'b']);
  });

  it('goes on after a failure, and tries the key anew when asked', async () => {
    const { request, started, end } = controlled(1);
    const failing = request('a');
    const waiting = request('b');
    const outcome = expect(failing).rejects.toThrow('no');
    await end('a', new Error('no'));
    await outcome;
    await end('b');
    expect(await waiting).toBe('b!');
    void request('a');
    expect(started).toEqual(['a', 'b', 'a']);
  });
});
