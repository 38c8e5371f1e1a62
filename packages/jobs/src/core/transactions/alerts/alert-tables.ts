import type {
  AlertChannel,
  AlertDelivery,
  AlertMessage,
  NewDelivery,
  TimedCondition,
} from '../../alerts/alert.ts';
import type { AlertQueue, NextMessage, WaitingAlerts } from '../../alerts/alert-queue.ts';
import type { WatchedRange } from '../../store/alert-store.ts';

/** A channel whose queue this transaction has locked. */
export interface LockedQueue {
  readonly channel: AlertChannel;
  readonly queue: AlertQueue;
  readonly waiting: WaitingAlerts;
}

/** The channels with waiting alerts. */
export interface WaitingQueues {
  readonly locked: readonly LockedQueue[];
  /** Whether other transactions have locked more of these channels. */
  readonly leavesOut: boolean;
}

export interface GatheredMessage {
  readonly message: AlertMessage;
  readonly tries: number;
}

/** The job of a condition that was told. */
export interface WatchedJob {
  readonly id: string;
  readonly name: string;
  readonly isPaused: boolean;
  readonly alerts: readonly string[];
}

export interface ToldCondition {
  readonly jobId: string;
  readonly condition: TimedCondition;
}

/** How a message stands after a try. `dueAt` absent: it is sent or undeliverable. */
export interface MessageState {
  readonly status: AlertDelivery['status'];
  readonly tries: number;
  readonly dueAt?: number;
  readonly error?: string | undefined;
}

/** The operations that transactions on alerts need from a store. */
export interface AlertTables {
  /** All channels. Locks nothing. */
  alertChannels(): readonly AlertChannel[];
  /** Locks channels against other changes of them, and finds this one. */
  lockAlertChannel(id: string): AlertChannel | undefined;
  /** Adds a channel, or replaces the definition of a known one. */
  saveAlertChannel(channel: AlertChannel): void;
  /** Removes a channel with its deliveries. */
  removeAlertChannel(id: string): void;
  /** The ids of the first jobs that name a channel. */
  jobsNaming(channel: string, limit: number): readonly string[];
  addAlertDeliveries(deliveries: readonly NewDelivery[]): void;
  /** Locks the channels with waiting alerts. Leaves out channels that other transactions have locked. */
  lockAlertQueues(): WaitingQueues;
  saveAlertQueue(channel: string, queue: AlertQueue): void;
  /**
   * Puts what waits into a message, or reads the message that is to be tried again. It is tried again at
   * `until`, unless {@link AlertTables.saveMessage} says how it ended.
   */
  gatherMessage(
    channel: string,
    kind: Extract<NextMessage, { queue: AlertQueue }>['kind'],
    until: number,
  ): GatheredMessage | undefined;
  /** How often a pending message was tried. Undefined: it is not pending. */
  triesOf(message: string): number | undefined;
  /** Changes all pending or undeliverable deliveries of a message. */
  saveMessage(message: string, state: MessageState): void;
  /** Lets other nodes send to the channel, and notes how the last try ended. */
  freeAlertQueue(channel: string, error: string | undefined): void;
  findAlertDelivery(id: string): AlertDelivery | undefined;
  /** True if it took the lease: the last one ended, or lasts longer than `ms`. */
  takeAlertWatch(ms: number): boolean;
  /** What was told of the jobs in a range. */
  toldConditions(range: Pick<WatchedRange, 'after' | 'to'>): readonly ToldCondition[];
  rememberTold(told: readonly ToldCondition[]): void;
  forgetTold(jobIds: readonly string[]): void;
  watchedJobs(ids: readonly string[]): readonly WatchedJob[];
}
