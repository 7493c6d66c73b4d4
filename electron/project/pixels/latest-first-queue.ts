/** Runs few things at a time, the newest request first: what has scrolled out of sight waits. */
export class LatestFirstQueue<T> {
  private readonly waiting: { key: string; start: () => void }[] = [];
  private readonly open = new Map<string, Promise<T>>();
  private running = 0;

  /** @param limit how many run at once */
  constructor(private readonly limit: number) {}

  /** A request for a key that waits or runs already shares its answer, and moves to the front. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.open.get(key);
    if (known) {
      this.moveToFront(key);
      return known;
    }
    const answer = new Promise<T>((resolve, reject) => {
      const start = (): void => {
        this.running++;
        work()
          .then(resolve, reject)
          .finally(() => {
            this.running--;
            this.open.delete(key);
            this.startNext();
          });
      };
      this.waiting.push({ key, start });
    });
    this.open.set(key, answer);
    this.startNext();
    return answer;
  }

  private startNext(): void {
    if (this.running < this.limit) this.waiting.pop()?.start();
  }

  private moveToFront(key: string): void {
    const at = this.waiting.findIndex((entry) => entry.key === key);
    if (at >= 0) this.waiting.push(...this.waiting.splice(at, 1));
  }
}
