import { type Connection, pauseJob, resumeJob } from '@greenvue/jobs/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { announceDone } from '../../actions/announce.ts';
import { deleteOrRead, pauseBody } from '../../actions/job-steps.ts';
import { type JobMark, markOf } from '../../data/job-mark.ts';
import { LIVE_KEYS } from '../../data/stale-keys.ts';
import { useConnection } from '../../session/session.tsx';
import { type BulkOrder, resultText, Superseded, stopsAll } from './bulk-order.ts';
import { inTurn, type TurnResult } from './in-turn.ts';

type BulkState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly order: BulkOrder;
      readonly ended: number;
      readonly isStopping: boolean;
    }
  | { readonly phase: 'over'; readonly order: BulkOrder; readonly result: TurnResult<JobMark> };

export interface Bulk {
  readonly state: BulkState;
  readonly start: (order: BulkOrder) => void;
  /** Starts with no more jobs. */
  readonly stop: () => void;
  /** Hides the result. */
  readonly dismiss: () => void;
}

const AT_ONCE = 4;

/** Runs an action on many jobs. Leaving the page stops it and announces the result so far. */
export function useBulk(onOver: (result: TurnResult<JobMark>) => void): Bulk {
  const connection = useConnection();
  const client = useQueryClient();
  const [state, setState] = useState<BulkState>({ phase: 'idle' });
  const { stopper, isThere } = useStopper();
  const over = useRef(onOver);
  useEffect(() => {
    over.current = onOver;
  });
  const run = async (order: BulkOrder, { signal }: AbortController): Promise<void> => {
    const result = await inTurn(order.jobs, {
      atOnce: AT_ONCE,
      signal,
      stopsAll,
      work: (job) => carryOut(connection, order, job),
      onProgress: (ended) => setState((known) => (known.phase === 'running' ? { ...known, ended } : known)),
    });
    for (const queryKey of LIVE_KEYS) void client.invalidateQueries({ queryKey });
    if (!isThere.current) {
      announceDone(`Stopped, because you left the list: ${resultText(order.kind, result)}`);
      return;
    }
    setState({ phase: 'over', order, result });
    over.current(result);
  };

  return {
    state,
    start: (order) => {
      if (state.phase === 'running' || order.jobs.length === 0) return;
      stopper.current = new AbortController();
      setState({ phase: 'running', order, ended: 0, isStopping: false });
      // Never throws: its result holds the errors.
      void run(order, stopper.current);
    },
    stop: () => {
      stopper.current?.abort();
      setState((known) => (known.phase === 'running' ? { ...known, isStopping: true } : known));
    },
    dismiss: () => setState({ phase: 'idle' }),
  };
}

/** Stops the action, also when the page is left. */
function useStopper() {
  const stopper = useRef<AbortController | undefined>(undefined);
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
      stopper.current?.abort();
    };
  }, []);
  return { stopper, isThere };
}

async function carryOut(connection: Connection, order: BulkOrder, job: JobMark): Promise<void> {
  switch (order.kind) {
    case 'pause':
      await pauseJob(connection, job.id, pauseBody(order.pause));
      return;
    case 'resume':
      await resumeJob(connection, job.id);
      return;
    case 'delete': {
      const latest = await deleteOrRead(connection, job);
      if (latest !== undefined) throw new Superseded(job, markOf(latest));
      return;
    }
    default:
      order satisfies never;
  }
}
