import type {
  AlertChannel,
  AlertCondition,
  AlertDelivery,
  AlertMessage,
  DeliveryStatus,
  TimedCondition,
} from '../alerts/alert.ts';
import type { AuditEntry } from './store-commands.ts';
import type { Page } from './store-views.ts';

/** The part of a channel that people set. */
export type ChannelDefinition = Omit<AlertChannel, 'id' | 'createdBy' | 'createdAt' | 'updatedAt'>;

/** The most channels of an installation. */
export const MOST_CHANNELS = 100;

export interface ChannelCommand {
  readonly id: string;
  readonly command:
    | { readonly kind: 'create'; readonly channel: ChannelDefinition; readonly by?: string | undefined }
    /** Absent fields stay; `conditions: null` means all of them again. */
    | { readonly kind: 'edit'; readonly change: ChannelChange }
    | { readonly kind: 'delete' };
  readonly audit?: AuditEntry;
}

export type ChannelChange = {
  readonly [K in Exclude<keyof ChannelDefinition, 'conditions'>]?: ChannelDefinition[K];
} & { readonly conditions?: readonly AlertCondition[] | null };

export type ChannelCommandResult =
  | { readonly kind: 'done'; readonly channel: AlertChannel }
  | { readonly kind: 'absent' }
  | { readonly kind: 'exists' }
  /** There are {@link MOST_CHANNELS} already. */
  | { readonly kind: 'too_many' }
  /** Jobs name the channel, so it stays: the ids of the first ones. */
  | { readonly kind: 'in_use'; readonly jobIds: readonly string[] };

/** A message to send before {@link SEND_LEASE_MS} is over. */
export interface TakenMessage {
  readonly channel: AlertChannel;
  readonly message: AlertMessage;
  /** How many times it was sent without success. */
  readonly tries: number;
}

export interface TakenMessages {
  readonly messages: readonly TakenMessage[];
  /** When the next message is due, as far as it is known. */
  readonly nextAt?: number;
}

/** How a try to send a message ended. Without an error, it arrived. */
export interface MessageEnd {
  readonly channel: string;
  readonly message: string;
  readonly error?: string | undefined;
}

export interface AlertDeliveryQuery {
  readonly channel?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly condition?: AlertCondition | undefined;
  readonly jobId?: string | undefined;
  readonly limit: number;
  /** Older than this one. */
  readonly before?: string | undefined;
}

/** A channel, and how it fares. */
export interface AlertChannelView {
  readonly channel: AlertChannel;
  readonly pending: number;
  readonly undeliverable: number;
  /** When the last message arrived. */
  readonly lastSentAt?: number;
  /** Why the last try of a message that is not sent failed. */
  readonly lastError?: string;
}

/** A job in a state that time alone brought about. */
export interface TimedState {
  readonly jobId: string;
  readonly condition: TimedCondition;
  readonly since?: number;
  readonly reason?: string;
}

/** What a look at the health of the jobs with ids in a range found. */
export interface WatchedRange {
  /** Ids after this one; absent: from the first. */
  readonly after?: string | undefined;
  /** Up to this one; absent: to the last. */
  readonly to?: string | undefined;
  /** The jobs in the range whose last run failed. */
  readonly failing: readonly string[];
  readonly states: readonly TimedState[];
}

/** The alerts in the store (P24): channels, the outbox, and what was told of conditions that last. */
export interface AlertStore {
  changeAlertChannel(input: ChannelCommand): Promise<ChannelCommandResult>;
  /** By id. */
  listAlertChannels(): Promise<readonly AlertChannelView[]>;
  /** Newest first. */
  listAlertDeliveries(query: AlertDeliveryQuery): Promise<Page<AlertDelivery>>;
  /**
   * Takes what is due, one message for each channel that no node is sending to. Each message is taken again
   * if it is not settled in time, with the same id.
   */
  takeAlertMessages(): Promise<TakenMessages>;
  /** Saves how a try ended: sent, to be tried again, or undeliverable. */
  settleAlertMessage(end: MessageEnd): Promise<void>;
  /** Makes an undeliverable delivery due again, with all alerts of its message. */
  retryAlertDelivery(input: {
    readonly id: string;
    readonly audit?: AuditEntry;
  }): Promise<'pending' | 'not_undeliverable' | 'absent'>;
  /** True if this caller looks for conditions that time makes true, and no other one does for `ms`. */
  takeAlertWatch(input: { readonly ms: number }): Promise<boolean>;
  /** Tells each state once, as long as it lasts; then that the job is well again. */
  tellTimedStates(range: WatchedRange): Promise<void>;
}
