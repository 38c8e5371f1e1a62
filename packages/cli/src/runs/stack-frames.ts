/**
 * The frames of a stack without its head, which repeats the name and the message. Undefined for a stack
 * without frames, as errors of Node without a stack of their own have it.
 */
export function stackFrames(stack: string): string | undefined {
  const start = stack.search(/^ +at /m);
  return start === -1 ? undefined : stack.slice(start);
}
