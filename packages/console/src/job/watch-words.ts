import type { Job } from '@greenvue/jobs/client';
import type { HelpWord } from '../ui/help/help-words.ts';
import type { Policy } from './policy-words.ts';

/** How a job is labelled and watched: only what it has. */
export function watchingOf(job: Job): readonly Policy[] {
  const { tags, alerts, ping_url: pingUrl } = job;
  return [
    ...damagedOf(job),
    ...named('Tags', tags, 'Labels for filters and bulk actions.'),
    ...budgetOf(job),
    ...expectationsOf(job),
    ...named('Alert channels', alerts, 'They get the alerts of this job, besides the channels for all jobs.'),
    ...pingOf(pingUrl),
  ];
}

/** An older server sends no `damaged`. */
function damagedOf({ damaged = [] }: Job): readonly Policy[] {
  return damaged.map((field) => ({
    name: field === 'tags' ? 'Tags' : 'Alert channels',
    value: 'damaged in the database',
    meaning: 'Edit the job and set this field again. Until then, it counts as empty.',
  }));
}

function pingOf(url: string | null): readonly Policy[] {
  if (url === null) return [];
  const meaning = 'The monitor gets a request at each start, success and failure.';
  return [{ name: 'Ping URL', value: url, meaning, help: 'ping' }];
}

function named(name: string, values: readonly string[], meaning: string): readonly Policy[] {
  return values.length === 0 ? [] : [{ name, value: values.join(', '), meaning }];
}

function budgetOf({ pause_after: budget }: Job): readonly Policy[] {
  if (budget === 'none') return [];
  const { failures, of_last: ofLast } = budget;
  const [value, when] =
    failures === ofLast
      ? [
          failures === 1 ? '1 failed run' : `${failures} in a row`,
          failures === 1 ? 'a run fails' : `${failures} runs in a row have failed`,
        ]
      : [`${failures} of ${ofLast}`, `${failures} of its last ${ofLast} runs have failed`];
  const meaning = `The engine pauses the job once ${when}.`;
  return [{ name: 'Failure budget', value, meaning, help: 'failure budget' }];
}

function expectationsOf({ expect }: Job): readonly Policy[] {
  const { success_within: within = null, duration = null, start_within: start = null } = expect ?? {};
  const policy = (value: string | null, name: string, meaning: string, help: HelpWord): readonly Policy[] =>
    value === null ? [] : [{ name, value, meaning, help }];
  return [
    ...policy(
      within,
      'Success at least every',
      'Without a success for longer, the job is overdue.',
      'overdue',
    ),
    ...policy(duration, 'Longest run', 'A run that takes longer makes the job slow.', 'slow'),
    ...policy(start, 'Start within', 'If a due run waits for longer, the job is late.', 'late'),
  ];
}
