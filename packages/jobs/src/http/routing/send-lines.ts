import { Readable } from 'node:stream';

/**
 * A download of a text that is read as fast as the client reads it. A failure of the first step is a problem,
 * and no download that ends early.
 */
export async function sendLines(type: string, name: string, lines: AsyncGenerator<string>) {
  const first = await lines.next();
  const content = Readable.from(startingWith(first, lines), { objectMode: false });
  const headers = { 'content-disposition': `attachment; filename="${name}"` };
  return { status: 200, headers, download: { type, content } };
}

async function* startingWith(
  { value, done }: IteratorResult<string, void>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (done !== true) yield value;
  yield* rest;
}
