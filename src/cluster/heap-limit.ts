import { getHeapStatistics } from 'node:v8';

/** V8 counts three semi-spaces for young objects into its limit; where memory runs out is the rest, for those that stay. */
const YOUNG_BYTES = 3 * 64 * 2 ** 20;

/** How many bytes of objects may stay, and how many are there now. */
export function heapUse(): { readonly usedBytes: number; readonly limitBytes: number } {
  const { used_heap_size: usedBytes, heap_size_limit: limit } = getHeapStatistics();
  return { usedBytes, limitBytes: Math.max(limit / 2, limit - YOUNG_BYTES) };
}
