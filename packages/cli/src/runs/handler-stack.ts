/** A frame of the engine, which calls the handlers. */
const ENGINE = /[\\/]@greenvue[\\/]jobs[\\/]/;

/**
 * The frames of a stack down to the handler: without its head, which repeats the name and the message, and
 * without the engine and all that is below it. An error that the engine itself threw keeps all its frames.
 */
export function handlerStack(stack: string): string {
  const start = stack.search(/^ +at /m);
  const lines = (start === -1 ? stack : stack.slice(start)).split('\n');
  const engine = lines.findIndex((line) => ENGINE.test(line));
  return (engine > 0 ? lines.slice(0, engine) : lines).join('\n');
}
