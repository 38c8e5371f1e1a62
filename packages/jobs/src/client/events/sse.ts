import { ConnectionError } from '../connection/errors.ts';

/** A message of an event stream: the lines between two empty lines. */
export interface SseMessage {
  /** The most recent id, of this message or an earlier one; undefined before the first id. */
  readonly id: string | undefined;
  /** Type of the event; `message` by default. */
  readonly event: string;
  /** Undefined if the message has only an id. */
  readonly data: string | undefined;
}

/** State of the parser between two chunks. */
export interface SseState {
  /** The incomplete line. */
  readonly line: string;
  /** The chunk ended in CR: an LF at the start of the next chunk belongs to it. */
  readonly endsInCr: boolean;
  readonly id: string | undefined;
  /** Fields of the incomplete message. */
  readonly event: string;
  readonly data: string | undefined;
  readonly hasId: boolean;
}

/**
 * Longest line, and longest data of a message, in UTF-16 units, so that an endless one does not fill the
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
 * Parses a chunk of an event stream, which may start and end anywhere, by the HTML standard (9.2.6). In
 * addition, returns messages that have only an id. Drops a message that the end of the stream cuts off.
 * Throws a ConnectionError for a line or message above {@link LONGEST}.
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
    'A line or an event of the event stream exceeds 1 MiB, the limit of this API. Check the URL.',
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
