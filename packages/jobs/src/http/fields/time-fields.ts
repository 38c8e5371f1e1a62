import { duration, rule } from '../../core/input/rule.ts';
import { text } from './text.ts';

const timeAsText = rule((value) => typeof value === 'string', {
  what: 'a time as text, such as "2030-01-31T09:00:00Z" (RFC 3339)',
});

/** A Go duration, such as `5m`. The engine reads it. */
export const durationField = text({ min: 1, max: 100, rule: duration });

/** A time in RFC 3339. The engine reads it. */
export const timeField = text({ min: 1, max: 64, rule: timeAsText });
