import type { Run } from '@greenvue/jobs/client';
import { durationText, sinceText } from '../ui/schedule/duration.ts';
import { reasonText } from '../ui/status/reasons.ts';
import { triggerText, waitedMs } from '../ui/status/run-words.ts';

/** A fact of two runs. */
export interface ComparedFact {
  readonly name: string;
  /** Of the first run, and of the second; null for none. */
  readonly values: readonly [first: string | null, second: string | null];
  /** Whether the difference says something. Times always differ. */
  readonly isOther: boolean;
  readonly isTime?: true;
  /** The values are ids of nodes. */
  readonly isNode?: true;
}

/** The facts that tell two runs apart. Those that neither run has are left out. */
export function factsOf(left: Run, right: Run): readonly ComparedFact[] {
  const fact = (name: string, of: (run: Run) => string | null): ComparedFact => {
    const values = [of(left), of(right)] as const;
    return { name, values, isOther: values[0] !== values[1] };
  };
  const time = (name: string, of: (run: Run) => string | null): ComparedFact => ({
    name,
    values: [of(left), of(right)],
    isOther: false,
    isTime: true,
  });
  return [
    ...(left.job_id === right.job_id
      ? []
      : [fact('Job', ({ job_id, job_name }) => `${job_name} (${job_id})`)]),
    fact('Status', ({ status, reason }) => (reason === null ? status : `${status}: ${reasonText(reason)}`)),
    time('Slot', ({ scheduled_for: slot }) => slot),
    time('Started', ({ started_at: at }) => at),
    time('Finished', ({ finished_at: at }) => at),
    fact('Took', tookText),
    { ...fact('Waited', waitedText), isOther: waitsDiffer(left, right) },
    fact('Attempts', ({ attempt }) => (attempt === 0 ? null : String(attempt))),
    fact('Version of the job', ({ job_version: version }) => (version === null ? null : String(version))),
    { ...fact('Node', ({ node }) => node), isNode: true as const },
    fact('Trigger', triggerText),
    fact('Requested by', ({ requested_by: by }) => by),
    fact('Recoveries', ({ recoveries }) => (recoveries === 0 ? null : String(recoveries))),
  ].filter(({ values: [first, second] }) => first !== null || second !== null);
}

function tookText({ started_at: from, finished_at: to }: Run): string | null {
  return from === null || to === null ? null : sinceText(from, to);
}

/** Whether both runs waited, and one clearly longer. */
function waitsDiffer(left: Run, right: Run): boolean {
  const [first, second] = [waitedMs(left), waitedMs(right)];
  return first !== undefined && second !== undefined && Math.abs(first - second) >= NOTABLE_WAIT_MS;
}

const NOTABLE_WAIT_MS = 1_000;

function waitedText(run: Run): string | null {
  const ms = waitedMs(run);
  return ms === undefined ? null : durationText(ms);
}
