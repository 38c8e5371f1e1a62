import { type Kysely, sql, type Transaction } from 'kysely';
import { passingOverLocked } from '../../db/locks.ts';
import type { Database, NotificationRow } from '../../db/schema.ts';
import type { MailOutcome } from '../mailers/mailer.ts';
import type { TemplateName } from '../templates.ts';
import { byConfirmation, holdUnconfirmed } from './confirmed-addresses.ts';
import { dayOf, putOff, underDailyBound } from './daily-bound.ts';

/** A message that this sender, and no other, may send now. */
export type Claimed = Pick<NotificationRow, 'id' | 'email' | 'data' | 'attempts'> & {
  /** Absent for an address that is no user's. */
  readonly name: string | undefined;
};

export interface ClaimedBatch {
  readonly claimed: readonly Claimed[];
  /** The number of due messages that wait for another day. */
  readonly putOff: number;
}

/** What became of a claimed message. */
export type Settled = { readonly claimed: Claimed; readonly outcome: MailOutcome };

/** A claim this old is of a sender that died: no sender keeps one for half as long. */
export const CLAIM_MS = 15 * 60_000;

/** Tried so often, a message that the server keeps putting off has failed: about three days. */
const MAX_ATTEMPTS = 14;
const FIRST_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 8 * 3_600_000;

/** Which messages of a template are whose to send. `sender` is `<run id>:<fence>`. */
export interface Claims {
  /** Takes back what dead senders had claimed: older claims of the same run, and those of an age. */
  takeOver(): Promise<void>;
  countDue(): Promise<number>;
  claim(limit: number): Promise<ClaimedBatch>;
  /** Marks what became of messages, in one transaction. Does nothing to one whose claim was taken over. */
  settle(settled: readonly Settled[]): Promise<void>;
  /** Gives back messages that were not sent. */
  release(claimed: readonly Claimed[]): Promise<void>;
}

export interface ClaimsOptions {
  readonly database: Kysely<Database>;
  readonly now: () => number;
  readonly template: TemplateName;
  readonly run: { readonly id: string; readonly fence: number };
  /** Mails to one address in one day (UTC). */
  readonly perAddressPerDay: number;
  /** Message ids are `<notification id>@<domain>`. */
  readonly domain: string;
}

const DAY_MS = 86_400_000;

const UNCLAIMED = { status: 'pending', claimed_at: null, claimed_by: null } as const;

export function createClaims(options: ClaimsOptions): Claims {
  const { template, run, now, perAddressPerDay } = options;
  const { database } = options;
  const sender = `${run.id}:${run.fence}`;
  return {
    takeOver: () => takeOver(database, { template, sender, runId: run.id, now: now() }),
    countDue: async () => {
      const { due } = await database
        .selectFrom('notifications')
        .select((eb) => eb.fn.countAll<number>().as('due'))
        .where('template', '=', template)
        .where('due_at', '<=', now())
        .where('status', 'in', ['pending', 'sending'])
        .executeTakeFirstOrThrow();
      return due;
    },
    claim: (limit) =>
      database
        .transaction()
        .execute((trx) => claim(trx, { template, sender, limit, perAddressPerDay, now: now() })),
    settle: (settled) =>
      database
        .transaction()
        .execute((trx) => settle(trx, settled, { sender, now: now(), domain: options.domain })),
    release: async (claimed) => {
      if (claimed.length === 0) return;
      await database
        .updateTable('notifications')
        .set(UNCLAIMED)
        .where('claimed_by', '=', sender)
        .where(
          'id',
          'in',
          claimed.map(({ id }) => id),
        )
        .execute();
    },
  };
}

async function takeOver(
  database: Kysely<Database>,
  { template, sender, runId, now }: { template: TemplateName; sender: string; runId: string; now: number },
): Promise<void> {
  await database
    .updateTable('notifications')
    .set(UNCLAIMED)
    .where('status', '=', 'sending')
    .where('template', '=', template)
    .where('claimed_by', '!=', sender)
    .where((eb) =>
      eb.or([
        eb('claimed_at', '<=', now - CLAIM_MS),
        // The claims of this run: its id, a colon, and any fence. A semicolon is what comes after a colon.
        eb.and([eb('claimed_by', '>=', `${runId}:`), eb('claimed_by', '<', `${runId};`)]),
      ]),
    )
    .execute();
}

interface Claim {
  readonly template: TemplateName;
  readonly sender: string;
  readonly limit: number;
  readonly perAddressPerDay: number;
  readonly now: number;
}

async function claim(
  trx: Transaction<Database>,
  { template, sender, limit, perAddressPerDay, now }: Claim,
): Promise<ClaimedBatch> {
  const due = await passingOverLocked(trx, dueOnes(trx, { template, limit, now }), 'notifications').execute();
  const { confirmed, unconfirmed } = byConfirmation(due);
  await holdUnconfirmed(trx, unconfirmed, now);
  const { sendable, beyond } = await underDailyBound(trx, confirmed, { perAddressPerDay, now });
  await putOff(trx, beyond, {
    until: dayOf(now) + DAY_MS,
    error: `${perAddressPerDay} mails a day go to one address`,
  });
  if (sendable.length === 0) return { claimed: [], putOff: due.length - sendable.length };
  await trx
    .updateTable('notifications')
    .set({ status: 'sending', claimed_at: now, claimed_by: sender })
    .where(
      'id',
      'in',
      sendable.map(({ id }) => id),
    )
    .execute();
  return {
    claimed: sendable.map((row) => ({ ...row, name: row.name ?? undefined })),
    putOff: due.length - sendable.length,
  };
}

function dueOnes(
  trx: Transaction<Database>,
  { template, limit, now }: { template: TemplateName; limit: number; now: number },
) {
  return trx
    .selectFrom('notifications')
    .leftJoin('users', 'users.id', 'notifications.user_id')
    .select([
      'notifications.id',
      'notifications.email',
      'notifications.data',
      'notifications.attempts',
      'notifications.user_id',
      'users.name',
      'users.email_confirmed_at',
      'users.created_at as user_since',
    ])
    .where('notifications.template', '=', template)
    .where('notifications.status', '=', 'pending')
    .where('notifications.due_at', '<=', now)
    .orderBy('notifications.due_at')
    .limit(limit);
}

async function settle(
  trx: Transaction<Database>,
  settled: readonly Settled[],
  { sender, now, domain }: { sender: string; now: number; domain: string },
): Promise<void> {
  const ours = trx.updateTable('notifications').where('claimed_by', '=', sender);
  const attempted = { claimed_at: null, claimed_by: null, attempts: sql<number>`attempts + 1` };
  const sent = settled.flatMap(({ claimed, outcome }) => (outcome.status === 'sent' ? [claimed.id] : []));
  if (sent.length > 0) {
    const message_id = sql<string>`id || '@' || ${domain}`;
    await ours
      .set({ ...attempted, status: 'sent', sent_at: now, message_id, error: null })
      .where('id', 'in', sent)
      .execute();
  }
  for (const { claimed, outcome } of settled) {
    if (outcome.status === 'sent') continue;
    const error = outcome.detail.slice(0, 500) || 'refused';
    const again = outcome.status === 'deferred' && claimed.attempts + 1 < MAX_ATTEMPTS;
    const next = again
      ? ({ status: 'pending', due_at: now + delayMs(claimed.attempts) } as const)
      : ({ status: 'failed' } as const);
    await ours
      .set({ ...attempted, ...next, error })
      .where('id', '=', claimed.id)
      .execute();
  }
}

function delayMs(attempts: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts);
}
