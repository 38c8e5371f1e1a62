import type {
  Alert,
  AlertChannel,
  AlertCondition,
  AlertDelivery,
  AlertMessage,
  DeliveryStatus,
} from '../../core/alerts/alert.ts';
import type { AlertChannelView } from '../../core/store/alert-store.ts';
import type { Page } from '../../core/store/store-views.ts';

/** What an alert says, in words. */
export interface AlertNotice extends AlertMessage {
  /** One line: `Job "Nightly export" failed`. */
  readonly title: string;
  /** Lines of plain text: what, since when, the error, what to do, and the link. */
  readonly text: string;
  /** The page of the console that shows it, if `consoleUrl` is set. */
  readonly link?: string;
}

/**
 * Sends alerts in a way of your own. It rejects when the alert was not sent; the engine then calls it again
 * later, with the same `notice.id`. `signal` fires after 10 s, and when the engine stops.
 */
export type AlertKind = (
  notice: AlertNotice,
  config: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => unknown;

export interface AlertOptions {
  /** Where people open the console, such as `https://example.com/console`. Alerts then link to it. */
  readonly consoleUrl?: string;
  /**
   * The mail server for channels of kind `email`: `smtp://user:password@mail.example.com:587`, or `smtps://`.
   * Needs the package `nodemailer`.
   */
  readonly smtp?: string;
  /** The sender of e-mails, such as `Jobs <jobs@example.com>`. Required with `smtp`. */
  readonly from?: string;
  /** Further kinds of channels by name. */
  readonly kinds?: Readonly<Record<string, AlertKind>>;
}

/** A new alert channel. */
export interface AlertChannelInput {
  /** 1 to 128 letters, digits, `.`, `_` or `-`, such as `ops`. */
  readonly id: string;
  /** `email`, `webhook`, `slack`, or one of `alerts.kinds`. */
  readonly kind: string;
  /**
   * `email`: `{ to }`, one address or several. `webhook`: `{ url, secret }`; without a secret, the engine
   * makes one. `slack`: `{ url }`.
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Default true. False: only jobs that name the channel in `alerts`. */
  readonly allJobs?: boolean | undefined;
  /** Default true. False: it gets no alerts until it is turned on. */
  readonly enabled?: boolean | undefined;
  /** Default: all conditions. */
  readonly conditions?: readonly AlertCondition[] | undefined;
}

/** Fields of `config` are merged into those of before. `conditions: null` means all of them. */
export interface AlertChannelPatch extends Pick<AlertChannelInput, 'config' | 'allJobs' | 'enabled'> {
  readonly conditions?: readonly AlertCondition[] | null | undefined;
}

/** A channel as people see it: `config` without what is secret. */
export interface AlertChannelInfo
  extends Omit<AlertChannel, 'config'>,
    Pick<AlertChannelView, 'pending' | 'undeliverable' | 'lastSentAt' | 'lastError'> {
  readonly config: Readonly<Record<string, unknown>>;
}

/** A channel that was created or changed. */
export interface SavedAlertChannel extends AlertChannelInfo {
  /** The signing secret that the engine made. It is shown this once. */
  readonly secret?: string;
}

/** Which deliveries `listAlertDeliveries` returns. `before`: the `next.key` of the page before. */
export interface AlertDeliveryListQuery {
  readonly channel?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly condition?: AlertCondition | undefined;
  readonly jobId?: string | undefined;
  /** At most 10,000. Default: 50. */
  readonly limit?: number | undefined;
  readonly before?: string | undefined;
}

/** How the sample that `testAlertChannel` sent fared. */
export interface AlertTestResult {
  readonly delivered: boolean;
  /** Why it was not delivered. */
  readonly error?: string;
  readonly tookMs: number;
}

interface By {
  readonly by?: string | undefined;
}

/** The part of the engine that tells people what happens (P24, alerts). */
export interface AlertsApi {
  /** Throws `exists` if the id is in use, and `conflict` if there are 100 channels. */
  createAlertChannel(input: AlertChannelInput, options?: By): Promise<SavedAlertChannel>;
  patchAlertChannel(channelId: string, patch: AlertChannelPatch, options?: By): Promise<SavedAlertChannel>;
  /** Throws `conflict` while jobs name the channel. What waits for it is not sent any more. */
  deleteAlertChannel(channelId: string, options?: By): Promise<void>;
  getAlertChannel(channelId: string): Promise<AlertChannelInfo>;
  /** By id. */
  listAlertChannels(): Promise<readonly AlertChannelInfo[]>;
  /** Sends a sample at once, and waits for the answer. Nothing of it is stored. */
  testAlertChannel(channelId: string): Promise<AlertTestResult>;
  /** What was sent, waits, and could not be delivered: newest first. */
  listAlertDeliveries(query?: AlertDeliveryListQuery): Promise<Page<AlertDelivery>>;
  /** Tries an undeliverable alert again, for another hour. */
  retryAlertDelivery(deliveryId: string, options?: By): Promise<void>;
}

export type { Alert, AlertChannel, AlertCondition, AlertDelivery, AlertMessage, DeliveryStatus };
