import { buildCommand, buildRouteMap } from '@stricli/core';
import { API_FLAGS, LIMIT_FLAG, switchFlag, textFlag } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const channelId = {
  kind: 'tuple',
  parameters: [{ parse: String, placeholder: 'channel', brief: 'Id of the alert channel' }],
} as const;

const CHANNEL_FLAGS = {
  to: textFlag('Addresses of an email channel, such as ops@example.com,team@example.com', 'addresses'),
  address: textFlag('Address of a webhook or slack channel', 'address'),
  config: textFlag('Further fields as JSON, such as {"secret":"whsec_…"}', 'json'),
  conditions: textFlag('Only these, such as failed,recovered; all means all of them', 'conditions'),
} as const;

const list = buildCommand({
  loader: async () => (await import('./list-alerts.ts')).listAlertsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      channel: textFlag('Only alerts for this channel', 'id'),
      status: textFlag('pending, sent or undeliverable', 'status'),
      condition: textFlag('Only this condition, such as failed', 'condition'),
      job: textFlag('Only alerts about this job', 'id'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit' },
  },
  docs: { brief: 'List alerts, newest first: sent, pending and undeliverable' },
});

const retry = buildCommand({
  loader: async () => (await import('./list-alerts.ts')).retryAlertCommand,
  parameters: {
    flags: API_FLAGS,
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'alert', brief: 'Id of the alert' }],
    },
  },
  docs: { brief: 'Send an undeliverable alert again' },
});

const channels = buildRouteMap({
  routes: bare({
    list: buildCommand({
      loader: async () => (await import('./channel-commands.ts')).listChannelsCommand,
      parameters: { flags: API_FLAGS },
      docs: { brief: 'List the alert channels' },
    }),
    create: buildCommand({
      loader: async () => (await import('./channel-commands.ts')).createChannelCommand,
      parameters: {
        flags: {
          ...API_FLAGS,
          ...CHANNEL_FLAGS,
          kind: textFlag('email, webhook, slack, or a kind of the server', 'kind'),
          namedOnly: switchFlag('Only for jobs that name the channel in --alerts'),
        },
        positional: channelId,
      },
      docs: { brief: 'Create an alert channel' },
    }),
    edit: buildCommand({
      loader: async () => (await import('./channel-commands.ts')).editChannelCommand,
      parameters: {
        flags: {
          ...API_FLAGS,
          ...CHANNEL_FLAGS,
          namedOnly: switchFlag('Only for jobs that name the channel in --alerts'),
          allJobs: switchFlag('For all jobs'),
          off: switchFlag('Turn it off: it gets no alerts'),
          on: switchFlag('Turn it on again'),
        },
        positional: channelId,
      },
      docs: { brief: 'Change an alert channel' },
    }),
    test: buildCommand({
      loader: async () => (await import('./channel-commands.ts')).testChannelCommand,
      parameters: { flags: API_FLAGS, positional: channelId },
      docs: { brief: 'Send a sample, and show whether it arrived' },
    }),
    delete: buildCommand({
      loader: async () => (await import('./channel-commands.ts')).deleteChannelCommand,
      parameters: {
        flags: { ...API_FLAGS, yes: switchFlag('Do not ask') },
        positional: channelId,
      },
      docs: { brief: 'Delete an alert channel, with all alerts for it' },
    }),
  }),
  docs: { brief: 'Manage where alerts go' },
});

/** `alerts …` */
export const alertRoutes = buildRouteMap({
  routes: bare({ list, retry, channels }),
  docs: { brief: 'Show alerts, and manage the channels that they go to' },
});
