export interface SentAnswer {
  readonly status: number;
  readonly text: string;
}

export type Send = (
  method: string,
  path: string,
  more?: { readonly token?: string | undefined; readonly body?: object | undefined },
) => Promise<SentAnswer>;

/** Sends requests to a server. Of a stream, the answer has only the status. */
export function createSend(url: string): Send {
  return async (method, path, { token, body } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status } = response;
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
      await response.body?.cancel();
      return { status, text: '' };
    }
    return { status, text: await response.text() };
  };
}
