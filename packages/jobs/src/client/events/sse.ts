import { ConnectionError } from '../connection/errors.ts';

/** What stands between two empty lines of an event stream. */
export interface SseMessage {
  /** The last id that came, with this message or before; undefined before the first. */
  readonly id: string | undefined;
  /** `message` unless the stream names another. */
  readonly event: string;
  /** Undefined: there is nothing but an id to go on from. */
  readonly data: string | undefined;
}

/** Where a stream stands between two chunks. */
export interface SseState {
  /** A line that has not ended. */
  readonly line: string;
  /** The chunk ended in CR: an LF at the beginning of the next belongs to it. */
  readonly endsInCr: boolean;
  readonly id: string | undefined;
  /** Of the message that has not ended. */
  readonly event: string;
  readonly data: string | undefined;
  readonly hasId: boolean;
}

/**
 * Of a line, and of the data of a message, in UTF-16 units. A server that never ends one is not to fill the
 * memory.
 */
export const LONGEST = 1_048_576;

export const SSE_START: SseState = {
  line: '',
  endsInCr: false,
  id: undefined,
  event: '',
  data: undefined,
  hasId: false,
};

/**
 * Reads a chunk of an event stream, split from the others anywhere, as the HTML standard says (9.2.6); but a
 * message with an id alone is told, too. A message that the stream's end cuts off is never told. Throws a
 * ConnectionError for what is too long.
 */
export function readSse(
  before: SseState,
  chunk: string,
): { readonly state: SseState; readonly messages: readonly SseMessage[] } {
  if (chunk === '') return { state: before, messages: [] };
  const text = before.line + (before.endsInCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk);
  const lines = text.split(/\r\n|\r|\n/);
  const line = withinBounds(lines.pop() ?? '');
  const messages: SseMessage[] = [];
  let state: SseState = { ...before, line, endsInCr: chunk.endsWith('\r') };
  for (const whole of lines) {
    if (whole !== '') {
      state = withField(state, withinBounds(whole));
      continue;
    }
    if (state.hasId || state.data !== undefined) messages.push(messageOf(state));
    state = { ...state, event: '', data: undefined, hasId: false };
  }
  return { state, messages };
}

function messageOf({ id, event, data }: SseState): SseMessage {
  return { id, event: event === '' ? 'message' : event, data };
}

function withinBounds(text: string): string {
  if (text.length <= LONGEST) return text;
  throw new ConnectionError(
    'too_long',
    'The event stream has a line or an event of more than 1 MiB, and this API sends none. Is the address right?',
  );
}

/** A line without a colon is a field without a value; one that begins with it is a comment. */
function withField(state: SseState, line: string): SseState {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (name) {
    case 'data':
      return {
        ...state,
        data: state.data === undefined ? value : withinBounds(`${state.data}\n${value}`),
      };
    case 'event':
      return { ...state, event: value };
    case 'id':
      return value.includes('\0') ? state : { ...state, id: value, hasId: true };
    default:
      return state;
  }
}
