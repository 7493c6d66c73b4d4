import { stepBytes } from './edit-step';
import type { EditStep } from './edit-step';

export const MINIMUM_STEPS = 200;
export const BYTE_BUDGET = 64 * 1024 * 1024;

/** Steps that can be undone and redone. At least `minimumSteps` are kept; beyond them the oldest go when over the byte budget. */
export class History {
  private done: EditStep[] = [];
  private undone: EditStep[] = [];
  private bytes = 0;

  constructor(
    private readonly minimumSteps = MINIMUM_STEPS,
    private readonly byteBudget = BYTE_BUDGET,
  ) {}

  get undoDepth(): number {
    return this.done.length;
  }

  get redoDepth(): number {
    return this.undone.length;
  }

  /** A new step ends what could be redone. */
  push(step: EditStep): void {
    for (const dropped of this.undone) this.bytes -= stepBytes(dropped);
    this.undone = [];
    this.done.push(step);
    this.bytes += stepBytes(step);
    while (this.done.length > this.minimumSteps && this.bytes > this.byteBudget) {
      const oldest = this.done.shift();
      if (oldest) this.bytes -= stepBytes(oldest);
    }
  }

  /** Moves the latest step to the redo side. @returns it, null when there is none */
  undo(): EditStep | null {
    const step = this.done.pop();
    if (step) this.undone.push(step);
    return step ?? null;
  }

  redo(): EditStep | null {
    const step = this.undone.pop();
    if (step) this.done.push(step);
    return step ?? null;
  }
}
