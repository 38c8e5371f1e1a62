import type { PhaseResult } from './phase.ts';
import { type Verdict, verdict } from './verdict.ts';

/** The aims of docs/reliability/overload.md. */
const HEALTH_P99_MS = 1_000;
const ADMIN_P99_MS = 2_500;
const BACK_MS = 10_000;
const MOST_RSS_MIB = 800;
/** 429 and 503 shed load; a 409 is the answer to an edit of a job that another client edits. */
const EXPECTED = new Set(['409', '429', '503']);

/** Judges what was answered, however busy the machine is. */
export function judgeAnswers({ load, probes }: PhaseResult): readonly Verdict[] {
  const strange = Object.keys(load.statuses).filter(
    (status) => !status.startsWith('2') && !EXPECTED.has(status),
  );
  const bare = load.withoutRetryAfter + probes.reduce((sum, probe) => sum + probe.withoutRetryAfter, 0);
  const unanswered = probes.reduce((sum, { statuses }) => sum + (statuses['0'] ?? 0), 0);
  return [
    verdict('the load gets only answers of 2xx, 409, 429 and 503', strange.length === 0, strange.join(', ')),
    verdict('each 429 and 503 has a Retry-After', bare === 0, `${bare} have none`),
    verdict('each probe gets an answer', unanswered === 0, `${unanswered} got none`),
  ];
}

/** Judges latency, memory and recovery. */
export function judgeFigures({ probes, mostRssMiB, backMs }: PhaseResult): readonly Verdict[] {
  const slow = probes.filter(({ name, p99 }) => p99 > (name === 'healthz' ? HEALTH_P99_MS : ADMIN_P99_MS));
  return [
    verdict(
      'p99 of /healthz within 1 s, of a new client, a read and a write by an admin within 2.5 s',
      slow.length === 0,
      slow.map(({ name, p99 }) => `${name} ${Math.round(p99)} ms`).join(', '),
    ),
    verdict(
      `memory (RSS) below ${MOST_RSS_MIB} MiB`,
      mostRssMiB < MOST_RSS_MIB,
      `${Math.round(mostRssMiB)} MiB`,
    ),
    verdict(
      'back within 10 s',
      backMs !== undefined && backMs <= BACK_MS,
      backMs === undefined ? 'not within 60 s' : `${(backMs / 1_000).toFixed(1)} s`,
    ),
  ];
}
