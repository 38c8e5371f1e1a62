import type { AlertChannel } from '../../core/alerts/alert.ts';
import { closestName } from '../../core/input/closest-name.ts';
import type { Fault } from '../../core/input/fault.ts';
import { DEFAULT_PAGE_ROWS } from '../../core/limits.ts';
import { JOB_ID, JOB_ID_RULE } from '../../core/model/job-id.ts';
import { SecretError } from '../../core/secrets/secret-value.ts';
import {
  type AlertChannelView,
  type ChannelCommand,
  type ChannelCommandResult,
  MOST_CHANNELS,
} from '../../core/store/alert-store.ts';
import type { JobInCode } from '../../core/store/store-declarations.ts';
import type { EngineParts } from '../engine-parts.ts';
import type {
  AlertChannelInfo,
  AlertChannelInput,
  AlertChannelPatch,
  AlertDeliveryListQuery,
  AlertsApi,
  AlertTestResult,
  SavedAlertChannel,
} from '../ports/alerts-port.ts';
import { type CommandOptions, EngineError } from '../ports/engine-port.ts';
import { auditOf } from './command-options.ts';

type Config = Readonly<Record<string, unknown>>;

export async function createAlertChannel(
  parts: EngineParts,
  { id, kind, config = {}, allJobs = true, enabled, conditions }: AlertChannelInput,
  options: CommandOptions = {},
): Promise<SavedAlertChannel> {
  const faults: Fault[] = [];
  if (!JOB_ID.test(id)) faults.push({ pointer: '/id', detail: JOB_ID_RULE });
  const checked = checkedConfig(parts, kind, config);
  faults.push(...checked.faults);
  if (faults.length > 0) throw new EngineError('invalid', 'The alert channel is not valid.', faults);
  const channel = {
    kind,
    config: parts.alerts.kinds.storedConfig(id, checked.config),
    allJobs,
    ...(enabled === false ? { enabled } : {}),
    ...(conditions === undefined ? {} : { conditions }),
  };
  const saved = await change(parts, {
    id,
    command: { kind: 'create', channel, by: options.by },
    audit: auditOf(options, 'alert_channel.create', { kind, allJobs, enabled, conditions }),
  });
  return infoOf(parts, { channel: saved, pending: 0, undeliverable: 0 }, checked.secret);
}

export async function patchAlertChannel(
  parts: EngineParts,
  channelId: string,
  { config, allJobs, enabled, conditions }: AlertChannelPatch,
  options: CommandOptions = {},
): Promise<SavedAlertChannel> {
  const view = await requireChannel(parts, channelId);
  const { kind } = view.channel;
  const known = parts.alerts.kinds.configOf(view.channel);
  // Settings that can't be opened are entered again.
  const before = known instanceof SecretError ? {} : known;
  const checked = config === undefined ? undefined : checkedConfig(parts, kind, { ...before, ...config });
  if (checked !== undefined && checked.faults.length > 0)
    throw new EngineError('invalid', 'The alert channel is not valid.', checked.faults);
  const saved = await change(parts, {
    id: channelId,
    command: {
      kind: 'edit',
      change: {
        ...(checked === undefined
          ? {}
          : { config: parts.alerts.kinds.storedConfig(channelId, checked.config) }),
        ...(allJobs === undefined ? {} : { allJobs }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(conditions === undefined ? {} : { conditions }),
      },
    },
    // Its values may be secret.
    audit: auditOf(options, 'alert_channel.edit', {
      config: config && Object.keys(config),
      allJobs,
      enabled,
      conditions,
    }),
  });
  return infoOf(parts, { ...view, channel: saved }, checked?.secret);
}

export async function deleteAlertChannel(
  parts: EngineParts,
  channelId: string,
  options: CommandOptions = {},
): Promise<void> {
  const audit = auditOf(options, 'alert_channel.delete', {});
  await change(parts, { id: channelId, command: { kind: 'delete' }, audit });
}

export async function getAlertChannel(parts: EngineParts, channelId: string): Promise<AlertChannelInfo> {
  return infoOf(parts, await requireChannel(parts, channelId));
}

export async function listAlertChannels(parts: EngineParts): Promise<readonly AlertChannelInfo[]> {
  return (await parts.store.listAlertChannels()).map((view) => infoOf(parts, view));
}

export async function testAlertChannel(parts: EngineParts, channelId: string): Promise<AlertTestResult> {
  const { alerts, settings } = parts;
  const { channel } = await requireChannel(parts, channelId);
  const startedAt = settings.clock.monotonic();
  const error = await alerts.sendSample(channel);
  const tookMs = Math.round(settings.clock.monotonic() - startedAt);
  return error === undefined ? { delivered: true, tookMs } : { delivered: false, error, tookMs };
}

export function listAlertDeliveries(
  { store }: EngineParts,
  { limit = DEFAULT_PAGE_ROWS, ...which }: AlertDeliveryListQuery = {},
): ReturnType<AlertsApi['listAlertDeliveries']> {
  return store.listAlertDeliveries({ ...which, limit });
}

export async function retryAlertDelivery(
  { store, alerts }: EngineParts,
  deliveryId: string,
  options: CommandOptions = {},
): Promise<void> {
  const audit = auditOf(options, 'alert_delivery.retry', {});
  const result = await store.retryAlertDelivery({ id: deliveryId, audit });
  if (result === 'absent')
    throw new EngineError('not_found', `There is no alert delivery with the id "${deliveryId}".`);
  if (result === 'not_undeliverable')
    throw new EngineError(
      'conflict',
      'Only an undeliverable alert can be tried again: this one was sent, or waits.',
    );
  alerts.wake();
}

/** The faults of names that stand for no channel. `known`: names that a job had before. */
export async function requireNamedChannels(
  { store }: EngineParts,
  names: readonly string[] | undefined,
  known: readonly string[] = [],
): Promise<void> {
  if (names === undefined || names.every((name) => known.includes(name))) return;
  const ids = (await store.listAlertChannels()).map(({ channel }) => channel.id);
  const faults = names.flatMap((name, n) =>
    ids.includes(name) ? [] : [{ pointer: `/alerts/${n}`, detail: noChannel(name, ids) }],
  );
  if (faults.length > 0) throw new EngineError('invalid', 'The job names an unknown alert channel.', faults);
}

/** Code may name a channel before anybody has created it over the API: this is no reason not to start. */
export async function warnOfChannels(parts: EngineParts, jobs: readonly JobInCode[]): Promise<void> {
  for (const { definition, place } of jobs) {
    const { id, alerts } = definition;
    try {
      await requireNamedChannels(parts, alerts);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      parts.settings.logger.warn(
        { jobId: id, place },
        `a job in code names an alert channel: ${error.message}`,
      );
    }
  }
}

function noChannel(name: string, ids: readonly string[]): string {
  const close = closestName(name, ids);
  const meant = close === undefined ? '' : ` Did you mean "${close}"?`;
  return `must be the id of an alert channel; there is none with the id "${name}".${meant} Create the channel first`;
}

async function change({ store, alerts }: EngineParts, command: ChannelCommand): Promise<AlertChannel> {
  const result = await store.changeAlertChannel(command);
  if (result.kind !== 'done') throw refusalOf(command.id, result);
  alerts.channelsChanged();
  return result.channel;
}

function refusalOf(id: string, result: Exclude<ChannelCommandResult, { kind: 'done' }>): EngineError {
  switch (result.kind) {
    case 'absent':
      return notFound(id);
    case 'exists':
      return new EngineError(
        'exists',
        `An alert channel with the id "${id}" exists. Use another id, or change that one.`,
      );
    case 'too_many':
      return new EngineError(
        'conflict',
        `There are ${MOST_CHANNELS} alert channels already. Delete one first.`,
      );
    case 'in_use': {
      const names = result.jobIds.map((jobId) => `"${jobId}"`).join(', ');
      return new EngineError(
        'conflict',
        `Jobs name the alert channel "${id}": ${names}. Remove it from their alerts first.`,
      );
    }
    default:
      return result satisfies never;
  }
}

async function requireChannel({ store }: EngineParts, id: string): Promise<AlertChannelView> {
  const view = (await store.listAlertChannels()).find(({ channel }) => channel.id === id);
  if (view === undefined) throw notFound(id);
  return view;
}

function notFound(id: string): EngineError {
  return new EngineError('not_found', `There is no alert channel with the id "${id}".`);
}

function checkedConfig({ alerts: { kinds } }: EngineParts, name: string, given: Config) {
  const kind = kinds.find(name);
  if (kind === undefined) {
    const detail = `must be one of ${kinds.names.map((one) => `"${one}"`).join(', ')}; got "${name}"`;
    return { config: given, faults: [{ pointer: '/kind', detail }], secret: undefined };
  }
  const { config, secret } = kind.complete?.(given) ?? { config: given, secret: undefined };
  const faults = kind.faults(config).map(({ pointer, detail }) => ({ pointer: `/config${pointer}`, detail }));
  return { config, faults, secret };
}

function infoOf(
  { alerts: { kinds } }: EngineParts,
  view: AlertChannelView,
  secret?: string,
): SavedAlertChannel {
  const { channel, ...state } = view;
  return {
    ...channel,
    config: kinds.shownConfig(channel),
    ...state,
    ...(secret === undefined ? {} : { secret }),
  };
}
