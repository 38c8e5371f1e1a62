const FRAME = /^\s+at /;

/**
 * A stack without the frames that called the handler: those of the engine at its end, and all below them,
 * such as those of a framework. A stack without a frame above them is kept. `isEngine`: whether a frame is of
 * the engine.
 */
export function handlerStack(stack: string, isEngine: (frame: string) => boolean): string {
  const lines = stack.split('\n');
  const isOfEngine = (line: string) => FRAME.test(line) && isEngine(line);
  const isBetween = (line: string) => FRAME.test(line) && line.includes('node:');
  let first = lines.findLastIndex(isOfEngine);
  const above = () => lines[first - 1] ?? '';
  while (isOfEngine(above()) || isBetween(above())) first -= 1;
  return FRAME.test(above()) ? lines.slice(0, first).join('\n') : stack;
}
