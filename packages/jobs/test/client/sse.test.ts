import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONGEST, readSse, SSE_START, type SseMessage } from '../../src/client/events/sse.ts';

/** Reads a stream in these chunks. */
function read(...chunks: readonly string[]): readonly SseMessage[] {
  let state = SSE_START;
  return chunks.flatMap((chunk) => {
    const step = readSse(state, chunk);
    state = step.state;
    return step.messages;
  });
}

/** What a server sends, and the messages to read from it. */
interface Sent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: readonly string[];
  readonly comment: string | undefined;
}

const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\0]/g, ' '));
const sent: fc.Arbitrary<Sent> = fc.record({
  id: fc.option(line, { nil: undefined }),
  event: fc.option(line, { nil: undefined }),
  data: fc.array(line, { maxLength: 4 }),
  comment: fc.option(line, { nil: undefined }),
});
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

function write({ id, event, data, comment }: Sent, end: string): string {
  const lines = [
    ...(comment === undefined ? [] : [`:${comment}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...data.map((part) => `data: ${part}`),
    'retry: 7',
    'unknown: x',
    '',
  ];
  return lines.map((part) => `${part}${end}`).join('');
}

function expected(all: readonly Sent[]): readonly SseMessage[] {
  let lastId: string | undefined;
  return all.flatMap(({ id, event, data }) => {
    lastId = id ?? lastId;
    if (id === undefined && data.length === 0) return [];
    return [{ id: lastId, event: event || 'message', data: data.length === 0 ? undefined : data.join('\n') }];
  });
}

/** Cuts a text or bytes at these positions. */
function cut<T extends { slice(from: number, to: number): T; readonly length: number }>(
  whole: T,
  at: readonly number[],
): T[] {
  const places = [
    0,
    ...at.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b),
    whole.length,
  ];
  return places.slice(1).map((to, index) => whole.slice(places[index] ?? 0, to));
}

describe('an event stream', () => {
  test('is read the same, wherever it is split, with any line ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sent, lineEnd), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (all, places) => {
          const text = all.map(([message, end]) => write(message, end)).join('');
          expect(read(...cut(text, places))).toEqual(expected(all.map(([message]) => message)));
        },
      ),
    );
  });

  test('is read the same, wherever its bytes are split', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (all, places) => {
        const bytes = new TextEncoder().encode(all.map((message) => write(message, '\n')).join(''));
        const decoder = new TextDecoder();
        const chunks = cut(bytes, places).map((part) => decoder.decode(part, { stream: true }));
        expect(read(...chunks)).toEqual(expected(all).map(withoutLoneSurrogates));
      }),
    );
  });

  test('reports an id without data, and keeps it for the next event', () => {
    expect(read(': alive\nid: x-1\n\n: alive\n\ndata: a\n\nid: x-2\ndata: b\n\n')).toEqual([
      { id: 'x-1', event: 'message', data: undefined },
      { id: 'x-1', event: 'message', data: 'a' },
      { id: 'x-2', event: 'message', data: 'b' },
    ]);
  });

  test('ends a line with CR, LF or both, and a CR at the end of a chunk with the LF of the next', () => {
    expect(read('data: a\r', '\n\r', '\ndata: b\r', '\r', 'data: c\n', '\n').map(({ data }) => data)).toEqual(
      ['a', 'b', 'c'],
    );
    expect(read('data: a\r', '', '\ndata: b\n\n')).toEqual([
      { id: undefined, event: 'message', data: 'a\nb' },
    ]);
  });

  test('has fields with and without a space, a colon, or a value', () => {
    expect(read('data:a\ndata:  b\ndata\ndata:\n\n')[0]?.data).toBe('a\n b\n\n');
    expect(read('event: x:y\ndata: {"a":1}\n\n')).toEqual([{ id: undefined, event: 'x:y', data: '{"a":1}' }]);
    expect(read('id: a\0b\ndata: c\n\n')[0]?.id).toBeUndefined();
  });

  test('may be long, but has no line and no message without end', () => {
    const longest = 'x'.repeat(LONGEST - 'data:'.length);
    expect(read(`data:${longest}\n\n`)[0]?.data).toBe(longest);
    const tooLong = expect.objectContaining({ name: 'ConnectionError', code: 'too_long' });
    const part = 'x'.repeat(LONGEST / 4);
    for (const chunks of [
      [`data:${longest}x`],
      [`data:${longest}x\n\n`],
      // A line in many chunks, a message of many lines, and a message of many empty lines.
      [part, part, part, part, 'x'],
      [`data:${part}\n`, `data:${part}\n`, `data:${part}\n`, `data:${part}\n`],
      ['data\n'.repeat(LONGEST + 2)],
    ]) {
      expect(() => read(...chunks)).toThrow(tooLong);
    }
    // Comments and complete messages do not count toward the size of a message.
    expect(read(...Array.from({ length: 8 }, () => `:${part}\n`), 'data: a\n\n')).toHaveLength(1);
    expect(read(...Array.from({ length: 8 }, () => `data:${part}\n\n`))).toHaveLength(8);
  });

  test('reports nothing of an incomplete message', () => {
    expect(read('data: a\n\ndata: b\n')).toHaveLength(1);
    expect(read('data: a')).toEqual([]);
  });
});

function withoutLoneSurrogates(message: SseMessage): SseMessage {
  return {
    id: message.id?.toWellFormed(),
    event: message.event.toWellFormed(),
    data: message.data?.toWellFormed(),
  };
}
