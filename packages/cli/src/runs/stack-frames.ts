/** The frames of a stack without its head, which repeats the name and the message. */
export function stackFrames(stack: string): string {
  const start = stack.search(/^ +at /m);
  return start === -1 ? stack : stack.slice(start);
}
