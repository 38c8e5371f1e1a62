import type { AlertDelivery } from '@greenvue/jobs/client';

export type AlertCondition = AlertDelivery['condition'];

/** What people read for each condition of an alert. */
export const CONDITION_WORDS: Readonly<Record<AlertCondition, string>> = {
  failed: 'Failed',
  recovered: 'Recovered',
  paused_by_engine: 'Paused after failures',
  missed: 'Missed slots',
  late: 'Late',
  overdue: 'Overdue',
  slow: 'Slow',
  no_handler: 'No handler',
  zombie: 'Zombie (ignores its signal)',
};

const NAMES = new Set<string>(Object.keys(CONDITION_WORDS));

function isCondition(name: string): name is AlertCondition {
  return NAMES.has(name);
}

/** All conditions, in the order of the API. */
export const CONDITIONS: readonly AlertCondition[] = Object.keys(CONDITION_WORDS).filter(isCondition);

export const STATUS_WORDS: Readonly<Record<AlertDelivery['status'], string>> = {
  pending: 'Pending',
  sent: 'Sent',
  undeliverable: 'Undeliverable',
};
