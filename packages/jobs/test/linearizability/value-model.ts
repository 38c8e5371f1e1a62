import type { SequentialModel } from './check-history.ts';

/** A request for one named value: a calendar, a secret, or the pause of all jobs. */
export type ValueRequest =
  | { readonly kind: 'get' | 'remove' }
  | { readonly kind: 'put'; readonly value: string };

export interface ValueAnswer {
  /** Absent: the answer of this removal does not say it. */
  readonly found?: boolean;
  /** Absent: the API does not show it. */
  readonly value?: string;
  /** Of a put: whether it says that the value is new. */
  readonly created?: boolean;
}

/** One value that can be put, read and removed. `found` of a put is true, of a removal whether there was one. */
export const valueModel: SequentialModel<string | undefined, ValueRequest, ValueAnswer> = {
  initial: undefined,
  step(state, request, answer) {
    switch (request.kind) {
      case 'put': {
        const fits = answer?.created === undefined || answer.created === (state === undefined);
        return fits && isSeen(request.value, answer) ? [request.value] : [];
      }
      case 'get':
        return isSeen(state, answer) ? [state] : [];
      case 'remove':
        if (answer?.value !== undefined) return [];
        return answer?.found === undefined || answer.found === (state !== undefined) ? [undefined] : [];
      default:
        return request satisfies never;
    }
  },
  changesNothing: ({ kind }, answer) => kind === 'get' || (kind === 'remove' && answer?.found === false),
  keyOf: (state) => JSON.stringify(state ?? null),
};

function isSeen(value: string | undefined, answer: ValueAnswer | undefined): boolean {
  if (answer === undefined) return true;
  return answer.found === (value !== undefined) && (answer.value ?? value) === value;
}
