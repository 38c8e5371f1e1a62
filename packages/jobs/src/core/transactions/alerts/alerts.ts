import type { AlertChannel } from '../../alerts/alert.ts';
import { nextMessage, retryDelayOf, SEND_LEASE_MS } from '../../alerts/alert-queue.ts';
import { deliveriesOf } from '../../alerts/raised-alerts.ts';
import {
  type AlertStore,
  type ChannelCommand,
  type ChannelCommandResult,
  MOST_CHANNELS,
  type TakenMessage,
  type TakenMessages,
} from '../../store/alert-store.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';

/** The ids of jobs that a refusal to delete a channel lists. */
const LISTED_JOBS = 10;
/** The wait for a channel that another transaction has locked: that one may not see the newest alert. */
const LOCKED_RETRY_MS = 250;

/**
 * Writes what the transaction made true into the outbox: a row for each channel that hears of it (P24,
 * alerts). Returns whether it wrote any. Without alerts, it reads nothing.
 */
export function* writeAlerts(unit: UnitOfWork): Script<boolean> {
  if (unit.alerts.length === 0) return false;
  const deliveries = deliveriesOf(unit.alerts.splice(0), yield* ask('alertChannels'));
  if (deliveries.length > 0) yield* ask('addAlertDeliveries', deliveries);
  return deliveries.length > 0;
}

/** Takes one message for each channel that no node is sending to. */
export function* takeAlertMessages({ now }: UnitOfWork): Script<TakenMessages> {
  const messages: TakenMessage[] = [];
  const { locked, leavesOut } = yield* ask('lockAlertQueues');
  let nextAt = leavesOut ? now + LOCKED_RETRY_MS : undefined;
  for (const { channel, queue, waiting } of locked) {
    const next = nextMessage(queue, waiting, now);
    if (next.kind === 'nothing') continue;
    if (next.kind === 'wait') {
      nextAt = Math.min(next.until, nextAt ?? next.until);
      continue;
    }
    const gathered = yield* ask('gatherMessage', channel.id, next.kind, now + SEND_LEASE_MS);
    if (gathered === undefined) continue;
    yield* ask('saveAlertQueue', channel.id, next.queue);
    messages.push({ channel, ...gathered });
  }
  return { messages, ...(nextAt === undefined ? {} : { nextAt }) };
}

export function* settleAlertMessage(
  { now }: UnitOfWork,
  { channel, message, error }: Parameters<AlertStore['settleAlertMessage']>[0],
): Script<void> {
  const before = yield* ask('triesOf', message);
  yield* ask('freeAlertQueue', channel, error);
  // Another node has sent it, too, or the channel is gone.
  if (before === undefined) return;
  const tries = before + 1;
  if (error === undefined) return void (yield* ask('saveMessage', message, { status: 'sent', tries }));
  const delay = retryDelayOf(tries);
  yield* ask(
    'saveMessage',
    message,
    delay === undefined
      ? { status: 'undeliverable', tries, error }
      : { status: 'pending', tries, error, dueAt: now + delay },
  );
}

export function* retryAlertDelivery(
  { now }: UnitOfWork,
  { id, audit }: Parameters<AlertStore['retryAlertDelivery']>[0],
): Script<Awaited<ReturnType<AlertStore['retryAlertDelivery']>>> {
  const delivery = yield* ask('findAlertDelivery', id);
  if (delivery === undefined) return 'absent';
  if (delivery.status !== 'undeliverable' || delivery.message === undefined) return 'not_undeliverable';
  yield* ask('saveMessage', delivery.message, {
    status: 'pending',
    tries: 0,
    dueAt: now,
    error: delivery.error,
  });
  if (audit !== undefined) yield* ask('writeAudit', audit, id);
  return 'pending';
}

/** Creates, edits or deletes a channel. */
export function* changeAlertChannel(
  { now }: UnitOfWork,
  { id, command, audit }: ChannelCommand,
): Script<ChannelCommandResult> {
  const before = yield* ask('lockAlertChannel', id);
  let after: AlertChannel;
  if (command.kind === 'create') {
    if (before !== undefined) return { kind: 'exists' };
    if ((yield* ask('alertChannels')).length >= MOST_CHANNELS) return { kind: 'too_many' };
    const { channel, by } = command;
    after = {
      ...channel,
      id,
      createdAt: now,
      updatedAt: now,
      ...(by === undefined ? {} : { createdBy: by }),
    };
    yield* ask('saveAlertChannel', after);
  } else {
    if (before === undefined) return { kind: 'absent' };
    after = before;
    if (command.kind === 'edit') {
      const { conditions = before.conditions ?? null, ...change } = command.change;
      const { conditions: _, ...kept } = before;
      after = { ...kept, ...change, updatedAt: now, ...(conditions === null ? {} : { conditions }) };
      yield* ask('saveAlertChannel', after);
    } else {
      const jobIds = yield* ask('jobsNaming', id, LISTED_JOBS);
      if (jobIds.length > 0) return { kind: 'in_use', jobIds };
      yield* ask('removeAlertChannel', id);
    }
  }
  if (audit !== undefined) yield* ask('writeAudit', audit, id);
  return { kind: 'done', channel: after };
}
