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
  readonly data: readonly string[];
  readonly hasId: boolean;
}

export const SSE_START: SseState = {
  line: '',
  endsInCr: false,
  id: undefined,
  event: '',
  data: [],
  hasId: false,
};

/**
 * Reads a chunk of an event stream, split from the others anywhere, as the HTML standard says (9.2.6); but a message with an
 * id alone is told, too. A message that the stream's end cuts off is never told.
 */
export function readSse(
  before: SseState,
  chunk: string,
): { readonly state: SseState; readonly messages: readonly SseMessage[] } {
  if (chunk === '') return { state: before, messages: [] };
  const text = before.line + (before.endsInCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk);
  const lines = text.split(/\r\n|\r|\n/);
  const line = lines.pop() ?? '';
  const messages: SseMessage[] = [];
  let state: SseState = { ...before, line, endsInCr: chunk.endsWith('\r') };
  for (const whole of lines) {
    if (whole !== '') {
      state = withField(state, whole);
      continue;
    }
    if (state.hasId || state.data.length > 0) messages.push(messageOf(state));
    state = { ...state, event: '', data: [], hasId: false };
  }
  return { state, messages };
}

function messageOf({ id, event, data }: SseState): SseMessage {
  return {
    id,
    event: event === '' ? 'message' : event,
    data: data.length === 0 ? undefined : data.join('\n'),
  };
}

/** A line without a colon is a field without a value; one that begins with it is a comment. */
function withField(state: SseState, line: string): SseState {
  const colon = line.indexOf(':');
  const name = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  switch (name) {
    case 'data':
      return { ...state, data: [...state.data, value] };
    case 'event':
      return { ...state, event: value };
    case 'id':
      return value.includes('\0') ? state : { ...state, id: value, hasId: true };
    default:
      return state;
  }
}
