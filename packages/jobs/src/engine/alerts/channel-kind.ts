import type { Fault } from '../../core/input/fault.ts';
import type { AlertNotice } from '../ports/alerts-port.ts';

/** The settings of a channel, by the names of their fields. */
export type ChannelConfig = Readonly<Record<string, unknown>>;

/** How channels of a kind are checked, shown and sent to. */
export interface ChannelKind {
  /** Fills in what the engine makes. `secret`: shown to whoever sets up the channel, once. */
  complete?(config: ChannelConfig): { readonly config: ChannelConfig; readonly secret?: string };
  /** What is wrong with a configuration, with pointers into it. */
  faults(config: ChannelConfig): readonly Fault[];
  /** The configuration without what is secret. */
  shown(config: ChannelConfig): ChannelConfig;
  /** Resolves when the message has arrived, as far as the receiver says. */
  send(notice: AlertNotice, config: ChannelConfig, signal: AbortSignal): Promise<void>;
  close?(): void;
}

/** The channel answered that it did not take the message, or can't be used. The message says what to do. */
export class AlertError extends Error {
  override readonly name = 'AlertError';
}

const LONGEST_URL = 2_000;

/** What is wrong with the field `url`. */
export function urlFaults({ url }: ChannelConfig, example: string): readonly Fault[] {
  const isUrl =
    typeof url === 'string' && url.length <= LONGEST_URL && /^https?:\/\/\S+$/.test(url) && URL.canParse(url);
  if (isUrl) return [];
  return [
    {
      pointer: '/url',
      detail: `must be an address that begins with https:// or http://, such as "${example}"`,
    },
  ];
}

/** Fields that a kind does not have. */
export function unknownFaults(config: ChannelConfig, known: readonly string[]): readonly Fault[] {
  return Object.keys(config)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: `is not a field of this kind; it has ${known.map((one) => `"${one}"`).join(' and ')}`,
    }));
}

/** The origin of a URL: its path and query may be secret. */
export function shownUrl(url: unknown): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  return parsed === null ? '[hidden]' : `${parsed.origin}/[hidden]`;
}
