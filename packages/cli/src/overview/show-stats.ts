import { getStats, type Stats } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { type Fact, printFacts, printJson, type Styled } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import type { Style } from '../terminal/screen.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { distanceText, durationText, instantAndDistance } from '../terminal/words.ts';

import { asksForHistory, type HistoryFlags, showHistory } from './show-history.ts';

type Node = Stats['nodes'][number];

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** `stats` */
export const showStatsCommand = restCommand(async (session, flags: ApiFlags & HistoryFlags) => {
  if (asksForHistory(flags)) return showHistory(session, flags);
  const { json } = flags;
  const stats = await getStats(session.api);
  if (json) return printJson(session.out, stats);
  printCounts(session, stats);
  // A caller who may see only some jobs sees no nodes.
  if (stats.nodes.length === 0) return;
  session.out.line();
  createTable(session.out, nodeColumns(Date.parse(stats.now))).print(stats.nodes);
});

function printCounts({ out }: Session, stats: Stats): void {
  const { jobs, runs } = stats;
  const day = lastHours(stats);
  printFacts(out, [
    ...pausedFacts(stats),
    ['Jobs', `${jobs.active} active, ${jobs.paused} paused, ${jobs.finished} finished`],
    ['Health', ...healthText(stats.health)],
    [
      'Runs',
      `${runs.running} running, ${runs.queued} queued, ${runs.held} held`,
      runs.due_since === null
        ? ''
        : `, due since ${instantAndDistance(runs.due_since, Date.parse(stats.now))}`,
    ],
    ...lastMinuteFacts(stats.last_minute),
    [
      `Last ${HOURS} hours`,
      `${day.succeeded} succeeded, `,
      failedText(day.failed),
      `, ${day.cancelled} cancelled, ${day.skipped} skipped`,
    ],
  ]);
}

/** That all jobs are paused, if they are. */
function pausedFacts({ paused_all: pause, now }: Stats): readonly Fact[] {
  if (pause === null) return [];
  const end = pause.until === null ? '' : ` until ${instantAndDistance(pause.until, Date.parse(now))}`;
  const why = pause.reason === null ? '' : `: ${printable(pause.reason)}`;
  return [['All jobs', { text: `paused${end}${why}`, style: 'yellow' }]];
}

/** None for a caller who may see only some jobs. */
function lastMinuteFacts(minute: Stats['last_minute']): readonly Fact[] {
  if (minute === null) return [];
  const { started, finished, lateness_ms: late } = minute;
  return [
    [
      'Last minute',
      `${started} started; ${finished.succeeded} succeeded, `,
      failedText(finished.failed),
      `, ${finished.cancelled} cancelled, ${finished.retried} retried, on the node that responds`,
    ],
    [
      'Lateness',
      late === null
        ? 'none: no run started'
        : `p50 ${durationText(late.p50)}, p95 ${durationText(late.p95)}, p99 ${durationText(late.p99)}, at most ${durationText(late.max)}`,
    ],
  ];
}

/** Number of jobs by health; problems only if there are any. */
function healthText({ ok, paused, ...ill }: Stats['health']): readonly (string | Styled)[] {
  const faults = Object.entries(ill).filter(([, count]) => count !== 0);
  return [
    `${ok} ok, ${paused} paused`,
    ...faults.flatMap(([name, count]): (string | Styled)[] => [
      ', ',
      { text: `${count} ${name}`, style: 'red' },
    ]),
  ];
}

function failedText(failed: number): Styled {
  return { text: `${failed} failed`, style: failed > 0 ? 'red' : undefined };
}

function lastHours({ now, hours }: Stats): Readonly<Record<Stats['hours'][number]['status'], number>> {
  const from = Date.parse(now) - HOURS * HOUR_MS;
  const sum = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
  for (const { hour, status, count } of hours) if (Date.parse(hour) > from) sum[status] += count;
  return sum;
}

function nodeColumns(now: number): readonly Column<Node>[] {
  return [
    { title: 'NODE', text: ({ node }) => node, least: 12 },
    { title: 'HEALTH', text: ({ health }) => health, style: ({ health }) => healthStyle(health) },
    { title: 'PLACES', text: ({ busy, places }) => `${busy} of ${places} busy` },
    { title: 'WAITING', text: ({ buffered }) => String(buffered), isOptional: true },
    {
      title: 'LOOP DELAY',
      text: ({ event_loop_delay_ms: delay, throttled }) =>
        `${durationText(delay)}${throttled ? ', throttled' : ''}`,
      isOptional: true,
    },
    { title: 'STARTED', text: ({ started_at }) => distanceText(started_at, now), isOptional: true },
    { title: 'SEEN', text: ({ seen_at }) => distanceText(seen_at, now), isOptional: true },
    { title: 'VERSION', text: ({ version }) => version, isOptional: true },
  ];
}

function healthStyle(health: Node['health']): Style {
  if (health === 'ok') return 'green';
  return health === 'joining' || health === 'draining' ? 'yellow' : 'red';
}
