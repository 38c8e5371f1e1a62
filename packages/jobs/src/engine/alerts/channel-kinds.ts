import type { AlertChannel, AlertMessage } from '../../core/alerts/alert.ts';
import type { Clock } from '../../core/clock.ts';
import type { JsonText } from '../../core/model/run.ts';
import { SecretError } from '../../core/secrets/secret-value.ts';
import type { AlertKind, AlertOptions } from '../ports/alerts-port.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { openedConfig, sealedConfig } from '../secrets/secret-config.ts';
import { noticeOf } from './alert-text.ts';
import { AlertError, type ChannelConfig, type ChannelKind } from './channel-kind.ts';
import { emailKind } from './email-kind.ts';
import type { Outbound } from './post.ts';
import { slackKind } from './slack-kind.ts';
import { webhookKind } from './webhook-kind.ts';

export interface ChannelKindsDeps {
  readonly options: AlertOptions;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Opens the settings of channels, and seals them. */
  readonly keyring: Keyring;
}

/** How long a channel gets for a message: well below the time after which another node sends it again. */
const SEND_MS = 10_000;
const LONGEST_ERROR = 500;

/** The kinds of channels that this node knows. */
export class ChannelKinds {
  readonly #kinds: ReadonlyMap<string, ChannelKind>;
  readonly #consoleUrl: string | undefined;
  readonly #clock: Clock;
  readonly #keyring: Keyring;

  constructor({ options, outbound, clock, keyring }: ChannelKindsDeps) {
    this.#clock = clock;
    this.#keyring = keyring;
    this.#consoleUrl = options.consoleUrl?.replace(/\/+$/, '');
    const http = { outbound, consoleUrl: this.#consoleUrl, now: () => clock.now() };
    this.#kinds = new Map<string, ChannelKind>([
      ['email', emailKind(options)],
      ['webhook', webhookKind(http)],
      ['slack', slackKind(outbound)],
      ...Object.entries(options.kinds ?? {}).map(([name, send]) => [name, ownKind(send)] as const),
    ]);
  }

  get names(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  find(kind: string): ChannelKind | undefined {
    return this.#kinds.get(kind);
  }

  /** What people may see of the configuration of a channel. */
  shownConfig(channel: AlertChannel): ChannelConfig {
    const config = this.configOf(channel);
    if (config instanceof SecretError) return { unreadable: config.message };
    return (this.#kinds.get(channel.kind) ?? ownKind(() => undefined)).shown(config);
  }

  /** The settings of a channel, or why they can't be opened. */
  configOf(channel: Pick<AlertChannel, 'id' | 'config'>): ChannelConfig | SecretError {
    try {
      return openedConfig(this.#keyring, channel) as ChannelConfig;
    } catch (error) {
      if (error instanceof SecretError) return error;
      throw error;
    }
  }

  /** The settings as they are stored: sealed, if there are keys (P40, secrets in payloads). */
  storedConfig(id: string, config: ChannelConfig): JsonText {
    return sealedConfig(this.#keyring, id, JSON.stringify(config));
  }

  /** Sends a message, and returns why it was not delivered; undefined: it was. Never rejects. */
  async send(channel: AlertChannel, message: AlertMessage, stop: AbortSignal): Promise<string | undefined> {
    const timeout = new AbortController();
    const cancel = this.#clock.setTimer(SEND_MS, () => timeout.abort(new AlertError(TOO_SLOW)));
    const signal = AbortSignal.any([timeout.signal, stop]);
    try {
      const kind = this.#kinds.get(channel.kind);
      if (kind === undefined)
        throw new AlertError(
          `This server has no alert channels of the kind "${channel.kind}". Start a version that has it, or delete the channel.`,
        );
      const config = this.configOf(channel);
      if (config instanceof SecretError) throw config;
      const sending = kind.send(noticeOf(message, this.#consoleUrl), config, signal);
      await unlessAborted(sending, signal);
      return undefined;
    } catch (error) {
      return errorText(error);
    } finally {
      cancel();
    }
  }

  close(): void {
    for (const kind of this.#kinds.values()) kind.close?.();
  }
}

const TOO_SLOW = `The channel did not take the message within ${SEND_MS / 1_000} s.`;

/** A kind of the host. Its settings may be secret, so that nothing but their names is shown. */
function ownKind(send: AlertKind): ChannelKind {
  return {
    faults: () => [],
    shown: (config) => Object.fromEntries(Object.keys(config).map((name) => [name, '[hidden]'])),
    send: async (notice, config, signal) => void (await send(notice, config, signal)),
  };
}

/** A kind may ignore the signal: then nobody waits for it. */
async function unlessAborted(sending: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    await Promise.race([sending, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
    sending.catch(() => undefined);
  }
}

function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replaceAll(/[\s\0]+/g, ' ').trim();
  return (line === '' ? 'The channel gave no reason.' : line).slice(0, LONGEST_ERROR).toWellFormed();
}
