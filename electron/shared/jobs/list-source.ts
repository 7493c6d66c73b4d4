import type { InspectionItem, InspectionSource } from './run-inspection';

/** A source over a list that is known beforehand; a picture's id is its index. */
export function listSource<T>(items: readonly T[], toItem: (item: T, index: number) => Omit<InspectionItem, 'imageId'>): InspectionSource {
  let next = 0;
  return {
    next: async ({ limit }) => {
      const from = next;
      next = Math.min(items.length, from + limit);
      return items.slice(from, next).map((item, offset) => ({ imageId: from + offset, ...toItem(item, from + offset) }));
    },
  };
}
