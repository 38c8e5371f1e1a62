/**
 * The step of a slider that a key leads to, from step `index` of `count` steps; undefined: not a key of
 * sliders. The keys are those of the ARIA slider pattern.
 */
export function stepOfKey(key: string, index: number, count: number): number | undefined {
  const target = targetOf(key, index, count);
  return target === undefined ? undefined : Math.max(Math.min(target, count - 1), 0);
}

function targetOf(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return index - 1;
    case 'ArrowRight':
    case 'ArrowUp':
      return index + 1;
    case 'PageDown':
      return index - 10;
    case 'PageUp':
      return index + 10;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
