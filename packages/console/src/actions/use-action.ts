import type { Connection } from '@greenvue/jobs/client';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { useConnection } from '../session/session.tsx';
import { announceFailure, withdrawProblem } from './announce.ts';

interface Action<Variables, Answer> {
  readonly send: (connection: Connection, variables: Variables) => Promise<Answer>;
  /** Announces the result and marks what it changed as stale. */
  readonly onDone: (answer: Answer, variables: Variables, client: QueryClient) => void;
  /** The title of the notice about an error; absent where the caller shows the error. */
  readonly failure?: (variables: Variables) => string;
}

/** A change through the API, with its notices. */
export function useAction<Variables, Answer>({ send, onDone, failure }: Action<Variables, Answer>) {
  const connection = useConnection();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (variables: Variables) => send(connection, variables),
    onSuccess: (answer: Answer, variables) => {
      if (failure !== undefined) withdrawProblem(failure(variables));
      onDone(answer, variables, client);
    },
    onError: (error, variables) => {
      if (failure !== undefined) announceFailure(failure(variables), error);
    },
  });
}
