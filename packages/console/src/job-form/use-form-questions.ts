import { ApiError, type Fault, findJob, previewSchedule } from '@greenvue/jobs/client';
import { useState } from 'react';
import { useConnection } from '../session/session.tsx';
import type { Draft } from './draft/draft.ts';
import { probeOf } from './draft/probe.ts';
import { isWithin } from './payload/pointer.ts';

interface FormQuestions {
  readonly isPending: boolean;
  /** The faults that the server finds in the parts of a draft that have no fault of their own. */
  readonly otherFaults: (draft: Draft, faults: readonly Fault[]) => Promise<readonly Fault[]>;
  /** The name of the job that has this id; undefined if it cannot be read. */
  readonly ownerOf: (id: string) => Promise<string | undefined>;
}

/** What the form asks the server about a draft that cannot be saved, so that it shows all faults at once. */
export function useFormQuestions(): FormQuestions {
  const connection = useConnection();
  const [isPending, setPending] = useState(false);
  const ask = async <T>(question: () => Promise<T>, otherwise: (error: unknown) => T): Promise<T> => {
    setPending(true);
    try {
      return await question();
    } catch (error) {
      return otherwise(error);
    } finally {
      setPending(false);
    }
  };
  return {
    isPending,
    otherFaults: (draft, faults) => {
      const probe = probeOf(draft, faults);
      const read = async (): Promise<readonly Fault[]> => {
        if (probe !== undefined) await previewSchedule(connection, probe);
        return [];
      };
      return ask(read, (error) => {
        const found = error instanceof ApiError ? error.faults : [];
        return found.filter(({ pointer }) => !faults.some((known) => isWithin(pointer, known.pointer)));
      });
    },
    ownerOf: (id) =>
      ask(
        async () => (await findJob(connection, id))?.name,
        () => undefined,
      ),
  };
}
