/** What an alert says of a job. The first four become true in a transaction, the others by time alone. */
export const ALERT_CONDITIONS = [
  'failed',
  'recovered',
  'paused_by_engine',
  'missed',
  'late',
  'overdue',
  'slow',
  'no_handler',
  'zombie',
] as const;
export type AlertCondition = (typeof ALERT_CONDITIONS)[number];

/** Conditions that time alone makes true: each is a health of the job, too. */
export const TIMED_CONDITIONS = ['late', 'overdue', 'slow', 'no_handler', 'zombie'] as const;
export type TimedCondition = (typeof TIMED_CONDITIONS)[number];

export const DELIVERY_STATUSES = ['pending', 'sent', 'undeliverable'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A fact about a job that somebody wants to know. Times are ms since 1970. */
export interface Alert {
  readonly condition: AlertCondition;
  readonly jobId: string;
  readonly jobName: string;
  /** When it became true. */
  readonly at: number;
  /** Since when the job fails, is late, and so on. */
  readonly since?: number;
  readonly runId?: string;
  /** How many runs failed in a row, or how many slots were missed. */
  readonly count?: number;
  /** Of the error of the run: runs with the same one failed in the same way. */
  readonly fingerprint?: string;
  /** The error of the run, cut to a length that fits a message. */
  readonly error?: { readonly name: string; readonly message: string };
  /** Why the job was paused, or what its health says. */
  readonly reason?: string;
}

/** An alert, and the channels that its job names. */
export interface RaisedAlert {
  readonly alert: Alert;
  readonly channels: readonly string[];
}

/** Where alerts go, and which. */
export interface AlertChannel {
  readonly id: string;
  /** `email`, `webhook`, `slack`, or one that the host adds. */
  readonly kind: string;
  /** JSON of an object. What it has depends on the kind. It may hold secrets, so no view shows it whole. */
  readonly config: string;
  /** False: only jobs that name the channel in `alerts`. */
  readonly allJobs: boolean;
  /** False: no new alerts are sent to it; those that wait still are. Default: true. */
  readonly enabled?: boolean;
  /** Absent: all of them. */
  readonly conditions?: readonly AlertCondition[];
  readonly createdBy?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A row of the outbox to be written: one alert for one channel. */
export interface NewDelivery {
  readonly channel: string;
  readonly alert: Alert;
}

/** A row of the outbox. */
export interface AlertDelivery {
  readonly id: string;
  readonly channel: string;
  readonly alert: Alert;
  readonly status: DeliveryStatus;
  /** The id of the message that contains it; the same for all alerts of a digest. Absent: in none yet. */
  readonly message?: string;
  readonly tries: number;
  /** When the next try is due, if it is pending. */
  readonly dueAt?: number;
  /** Of the last try. */
  readonly error?: string;
  readonly settledAt?: number;
}

/** The id of the message that begins with a delivery. It stays the same when the message is sent again. */
export function messageIdOf(first: { readonly id: string | number; readonly at: number }): string {
  return `alert_${first.at}_${first.id}`;
}

/** What one request, e-mail or call tells: one alert, or a digest of several. */
export interface AlertMessage {
  /** The same for each try, so that a receiver notices a repetition. */
  readonly id: string;
  /** The first 20, oldest first. */
  readonly alerts: readonly Alert[];
  /** How many it is about. */
  readonly count: number;
  /** The same by condition. */
  readonly counts: Readonly<Partial<Record<AlertCondition, number>>>;
  readonly isDigest: boolean;
}

/** The most alerts that a digest lists. */
export const LISTED_ALERTS = 20;
