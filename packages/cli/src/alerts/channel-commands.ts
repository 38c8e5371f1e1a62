import {
  type AlertChannel,
  createAlertChannel,
  deleteAlertChannel,
  listAlertChannels,
  type PatchAlertChannel,
  patchAlertChannel,
  type SavedAlertChannel,
  testAlertChannel,
} from '@greenvue/jobs/client';
import { CliError, EXIT, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn, type Session } from '../rest/rest-command.ts';
import { printJson, printList } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import type { Column } from '../terminal/table.ts';
import { instantText } from '../terminal/words.ts';

const channelCommand = restCommandOn('alerts channels list');

interface ChannelFlags extends ApiFlags {
  readonly to: string | undefined;
  readonly address: string | undefined;
  readonly config: string | undefined;
  readonly conditions: string | undefined;
  readonly namedOnly: boolean | undefined;
}

export interface CreateChannelFlags extends ChannelFlags {
  readonly kind: string | undefined;
}

export interface EditChannelFlags extends ChannelFlags {
  readonly allJobs: boolean | undefined;
  readonly off: boolean | undefined;
  readonly on: boolean | undefined;
}

/** `alerts channels list` */
export const listChannelsCommand = restCommand(async (session, { json }: ApiFlags) => {
  await printList(session, {
    limit: Number.POSITIVE_INFINITY,
    json,
    page: async () => ({ data: await listAlertChannels(session.api), next_cursor: null }),
    columns: COLUMNS,
    empty: 'There are no alert channels.',
  });
});

/** `alerts channels create` */
export const createChannelCommand = restCommand(async (session, flags: CreateChannelFlags, id: string) => {
  const { kind } = flags;
  if (kind === undefined)
    throw usageError('Give the kind of the channel: --kind email, --kind webhook or --kind slack.');
  const saved = await createAlertChannel(session.api, {
    id,
    kind,
    config: configOf(flags),
    all_jobs: !flags.namedOnly,
    conditions: conditionsOf(flags),
  });
  report(session, flags, saved, 'created');
});

/** `alerts channels edit` */
export const editChannelCommand = channelCommand(async (session, flags: EditChannelFlags, id: string) => {
  const config = configOf(flags);
  const saved = await patchAlertChannel(session.api, id, {
    ...(Object.keys(config).length === 0 ? {} : { config }),
    ...(flags.namedOnly ? { all_jobs: false } : flags.allJobs ? { all_jobs: true } : {}),
    ...(flags.off ? { enabled: false } : flags.on ? { enabled: true } : {}),
    ...(flags.conditions === undefined ? {} : { conditions: conditionsOf(flags) }),
  });
  report(session, flags, saved, 'changed');
});

/** `alerts channels test` */
export const testChannelCommand = channelCommand(async ({ api, out }, { json }: ApiFlags, id: string) => {
  const result = await testAlertChannel(api, id);
  if (json) printJson(out, result);
  else if (result.delivered) out.line(`The sample arrived at ${printable(id)} after ${result.took_ms} ms.`);
  if (!result.delivered)
    throw new CliError(`The sample did not arrive: ${printable(result.error ?? '')}`, EXIT.failed);
});

/** `alerts channels delete` */
export const deleteChannelCommand = channelCommand(
  async ({ api, ask, out, program }, flags: ApiFlags & { readonly yes: boolean | undefined }, id: string) => {
    if (!flags.yes) {
      if (ask === undefined)
        throw usageError(
          `${program.name} can ask for confirmation only on a terminal. Add --yes to delete it.`,
        );
      if (!(await ask(`Delete ${printable(id)} and all alerts for it?`)))
        throw new CliError('Nothing was deleted.');
    }
    await deleteAlertChannel(api, id);
    if (!flags.json) out.line(`${printable(id)} is deleted.`);
  },
);

function configOf({ to, address, config }: ChannelFlags): Record<string, unknown> {
  return {
    ...(config === undefined ? {} : jsonObject(config)),
    ...(to === undefined ? {} : { to: to.split(',').map((one) => one.trim()) }),
    ...(address === undefined ? {} : { url: address }),
  };
}

function jsonObject(text: string): Record<string, unknown> {
  const fault = () => usageError('--config must be a JSON object, such as {"secret":"whsec_…"}.');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault();
    return { ...value };
  } catch (error) {
    if (error instanceof SyntaxError) throw fault();
    throw error;
  }
}

function conditionsOf({ conditions }: ChannelFlags): PatchAlertChannel['conditions'] {
  if (conditions === undefined || conditions === 'all') return null;
  // The server says which conditions there are.
  return conditions.split(',').map((one) => one.trim()) as NonNullable<PatchAlertChannel['conditions']>;
}

function report({ out }: Session, { json }: ApiFlags, saved: SavedAlertChannel, done: string): void {
  if (json) return printJson(out, saved);
  out.line(`${printable(saved.id)} is ${done}.`);
  if (saved.secret !== null)
    out.line(`Its signing secret, which is shown only now: ${printable(saved.secret)}`);
}

const COLUMNS: readonly Column<AlertChannel>[] = [
  { title: 'ID', text: ({ id }) => id, least: 8 },
  { title: 'KIND', text: ({ kind }) => kind },
  {
    title: 'JOBS',
    text: ({ all_jobs, enabled }) => (enabled === false ? 'off' : all_jobs ? 'all' : 'named'),
  },
  { title: 'CONDITIONS', text: ({ conditions }) => conditions?.join(',') ?? 'all', least: 8 },
  { title: 'PENDING', text: ({ pending }) => String(pending) },
  { title: 'UNDELIVERABLE', text: ({ undeliverable }) => String(undeliverable) },
  {
    title: 'LAST SENT',
    text: ({ last_sent_at }) => (last_sent_at === null ? '' : instantText(last_sent_at)),
  },
  { title: 'LAST ERROR', text: ({ last_error }) => last_error ?? '', least: 12, isOptional: true },
];
