import { NO_FAULTS } from '../input/fault.ts';
import { alsoNamed, duration, type Rule, required, rule, wholeNumber } from '../input/rule.ts';
import { type FieldRules, listOf, shape } from '../input/shape.ts';
import { MOST_ALERT_CHANNELS, MOST_JUDGED_RUNS, MOST_TAGS } from '../limits.ts';
import { JOB_ID, JOB_ID_RULE } from '../model/job-id.ts';
import type { ExpectOptions, PauseAfterOptions, WatchOptions } from '../model/job-requests.ts';
import { TAG, TAG_RULE } from '../model/tag.ts';

const LONGEST_URL = 2_000;

/** A text that matches the pattern. `what` completes "must be …". */
function matching(pattern: RegExp, what: string): Rule {
  return rule((value) => typeof value === 'string' && pattern.test(value), { what });
}

/** One tag. */
export const tagRule = matching(TAG, TAG_RULE.replace('must be ', ''));

/** A list of tags, as jobs and filters have it. */
export const tagListRule = atMost(MOST_TAGS, listOf('a list of tags, such as ["billing", "eu"]', tagRule));

/** A URL that requests can be sent to. */
export const httpUrl = rule(
  (value) =>
    typeof value === 'string' &&
    value.length <= LONGEST_URL &&
    /^https?:\/\/\S+$/.test(value) &&
    URL.canParse(value),
  { what: 'an address that begins with https:// or http://, such as "https://hc-ping.com/…"' },
);

/** A failure budget, of a job as of a job type. */
export const pauseAfterRule = shape<PauseAfterOptions>(
  'a failure budget such as { failures: 3, ofLast: 5 }',
  {
    failures: required(alsoNamed(wholeNumber({ min: 1, max: MOST_JUDGED_RUNS }), 'count')),
    ofLast: wholeNumber({ min: 1, max: MOST_JUDGED_RUNS }),
  },
);

/** The fields of {@link WatchOptions}. */
export const watchingRules: FieldRules<WatchOptions> = {
  tags: tagListRule,
  pauseAfter: orNone(pauseAfterRule),
  expect: shape<ExpectOptions>('expectations such as { successWithin: "26h", duration: "10m" }', {
    successWithin: duration,
    duration: alsoNamed(duration, 'maxDuration'),
    startWithin: duration,
  }),
  alerts: atMost(
    MOST_ALERT_CHANNELS,
    listOf(
      'a list of ids of alert channels, such as ["ops"]',
      matching(JOB_ID, `the id of an alert channel, which ${JOB_ID_RULE}`),
    ),
  ),
  pingUrl: httpUrl,
};

/** A field that may also be `"none"`, against the default of the job type. */
function orNone(of: Rule): Rule {
  const wrong = rule(() => false, { what: `${of.what}, or "none"` });
  return {
    ...of,
    faults(value) {
      if (value === 'none') return NO_FAULTS;
      return typeof value === 'string' ? wrong.faults(value) : of.faults(value);
    },
  };
}

/** The rule of a list, with a limit on its length. */
export function atMost(most: number, list: Rule): Rule {
  const tooMany = rule(() => false, { what: `${list.what}, at most ${most}` });
  return {
    ...list,
    faults: (value) =>
      Array.isArray(value) && value.length > most ? tooMany.faults(value) : list.faults(value),
  };
}
