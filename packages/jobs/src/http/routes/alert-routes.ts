import { z } from 'zod';
import { encodeCursor } from '../fields/cursor.ts';
import { pageSchema } from '../fields/page.ts';
import {
  alertChannelBody,
  alertChannelParams,
  alertDeliveriesQuery,
  alertDeliveryParams,
  patchAlertChannelBody,
} from '../input/alert-input.ts';
import { emptyBody } from '../input/command-input.ts';
import { readCursor } from '../routing/read-cursor.ts';
import { defineRoute, type RequestContext } from '../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, noContent, problems, success } from '../routing/route-docs.ts';
import { wholeEngineOptions } from '../routing/whole-engine.ts';
import {
  alertChannelJson,
  alertChannelSchema,
  alertDeliveryJson,
  alertDeliverySchema,
  alertTestJson,
  alertTestSchema,
  savedAlertChannelJson,
  savedAlertChannelSchema,
} from '../views/alert.ts';

const createAlertChannel = defineRoute({
  method: 'POST',
  path: '/alert-channels',
  need: 'admin',
  doc: {
    operationId: 'createAlertChannel',
    summary: 'Create an alert channel',
    description:
      'From then on, the server sends it alerts about failed jobs and other conditions. No response shows its whole URL or its secret again. 409: the id is in use, or there are 100 channels.',
  },
  body: alertChannelBody,
  responses: {
    201: success(savedAlertChannelSchema, 'The channel', LOCATION),
    ...problems(409, ...BODY_PROBLEMS),
  },
  handle: async ({ body, context }, { engine }) => {
    const { id, kind, config, all_jobs: allJobs, enabled, conditions } = body;
    const input = { id, kind, config, allJobs, enabled, conditions: conditions ?? undefined };
    const channel = await engine.createAlertChannel(input, byOf(context));
    return {
      status: 201,
      location: `/alert-channels/${encodeURIComponent(id)}`,
      body: savedAlertChannelJson(channel),
    };
  },
});

const listAlertChannels = defineRoute({
  method: 'GET',
  path: '/alert-channels',
  need: 'admin',
  doc: {
    operationId: 'listAlertChannels',
    summary: 'List the alert channels',
    description:
      'By id, at most 100. Each has the number of its waiting and undeliverable alerts, its last delivery and its last error.',
  },
  responses: {
    200: success(z.object({ data: z.array(alertChannelSchema) }), 'The channels'),
    ...problems(),
  },
  handle: async (_, { engine }) => ({
    status: 200,
    body: { data: (await engine.listAlertChannels()).map(alertChannelJson) },
  }),
});

const getAlertChannel = defineRoute({
  method: 'GET',
  path: '/alert-channels/:channel_id',
  need: 'admin',
  doc: {
    operationId: 'getAlertChannel',
    summary: 'Get an alert channel',
    description:
      'With the number of its waiting and undeliverable alerts, its last delivery and its last error.',
  },
  params: alertChannelParams,
  responses: { 200: success(alertChannelSchema, 'The channel'), ...problems(404) },
  handle: async ({ params }, { engine }) => ({
    status: 200,
    body: alertChannelJson(await engine.getAlertChannel(params.channel_id)),
  }),
});

const patchAlertChannel = defineRoute({
  method: 'PATCH',
  path: '/alert-channels/:channel_id',
  need: 'admin',
  doc: {
    operationId: 'patchAlertChannel',
    summary: 'Change an alert channel',
    description: 'Omitted fields do not change. Alerts that wait are sent with the changed settings.',
  },
  params: alertChannelParams,
  body: patchAlertChannelBody,
  responses: { 200: success(savedAlertChannelSchema, 'The channel'), ...problems(404, ...BODY_PROBLEMS) },
  handle: async ({ params, body, context }, { engine }) => {
    const { config, all_jobs: allJobs, enabled, conditions } = body;
    const options = byOf(context);
    const channel = await engine.patchAlertChannel(
      params.channel_id,
      { config, allJobs, enabled, conditions },
      options,
    );
    return { status: 200, body: savedAlertChannelJson(channel) };
  },
});

const deleteAlertChannel = defineRoute({
  method: 'DELETE',
  path: '/alert-channels/:channel_id',
  need: 'admin',
  doc: {
    operationId: 'deleteAlertChannel',
    summary: 'Delete an alert channel',
    description: 'With all alerts for it, sent or not. 409: jobs name the channel; the detail says which.',
  },
  params: alertChannelParams,
  responses: { 204: noContent, ...problems(404, 409) },
  handle: async ({ params, context }, { engine }) => {
    await engine.deleteAlertChannel(params.channel_id, byOf(context));
    return { status: 204 };
  },
});

const testAlertChannel = defineRoute({
  method: 'POST',
  path: '/alert-channels/:channel_id/test',
  need: 'admin',
  doc: {
    operationId: 'testAlertChannel',
    summary: 'Send a sample to an alert channel',
    description:
      'Waits up to 10 s for the answer of the channel. The response says why the sample did not arrive.',
  },
  params: alertChannelParams,
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 200: success(alertTestSchema, 'Whether it arrived'), ...problems(404, ...BODY_PROBLEMS) },
  handle: async ({ params, context }, { engine }) => {
    byOf(context);
    return { status: 200, body: alertTestJson(await engine.testAlertChannel(params.channel_id)) };
  },
});

const listAlertDeliveries = defineRoute({
  method: 'GET',
  path: '/alert-deliveries',
  need: 'admin',
  doc: {
    operationId: 'listAlertDeliveries',
    summary: 'List alerts, newest first',
    description: 'Alerts that were sent, wait, or could not be delivered, each with its channel.',
  },
  query: alertDeliveriesQuery,
  responses: { 200: success(pageSchema(alertDeliverySchema), 'A page of alerts'), ...problems() },
  handle: async ({ query }, { engine }) => {
    const { job_id: jobId, cursor, ...which } = query;
    const before = cursor === undefined ? undefined : readCursor('alerts', 'run', cursor).key;
    const { rows, next } = await engine.listAlertDeliveries({ ...which, jobId, before });
    const body = {
      data: rows.map(alertDeliveryJson),
      next_cursor: next === undefined ? null : encodeCursor('alerts', next),
    };
    return { status: 200, body };
  },
});

const retryAlertDelivery = defineRoute({
  method: 'POST',
  path: '/alert-deliveries/:delivery_id/retry',
  need: 'admin',
  doc: {
    operationId: 'retryAlertDelivery',
    summary: 'Send an undeliverable alert again',
    description:
      'With all alerts of its digest, for another hour. The message keeps its id. 409: it was sent, or still waits.',
  },
  params: alertDeliveryParams,
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 204: noContent, ...problems(404, 409, ...BODY_PROBLEMS) },
  handle: async ({ params, context }, { engine }) => {
    await engine.retryAlertDelivery(params.delivery_id, byOf(context));
    return { status: 204 };
  },
});

/** The sender's name alone: these commands are short, and do not end with their request. */
function byOf(context: RequestContext): { readonly by?: string | undefined } {
  const { by } = wholeEngineOptions(context);
  return { by };
}

/** Channels, and what was sent to them. */
export const alertRoutes = [
  createAlertChannel,
  listAlertChannels,
  getAlertChannel,
  patchAlertChannel,
  deleteAlertChannel,
  testAlertChannel,
  listAlertDeliveries,
  retryAlertDelivery,
];
