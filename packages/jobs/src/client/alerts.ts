import type { z } from 'zod';
import type {
  AlertChannelJson,
  AlertDeliveryJson,
  AlertTestJson,
  alertChannelBody,
  alertDeliveriesQuery,
  patchAlertChannelBody,
  SavedAlertChannelJson,
} from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';
import { allOf, type Page, type Rows } from './connection/pages.ts';
import { path } from './connection/request.ts';

export type AlertChannel = AlertChannelJson;
/** `secret`: the signing secret that the server made, shown this once. */
export type SavedAlertChannel = SavedAlertChannelJson;
export type AlertDelivery = AlertDeliveryJson;
export type AlertTest = AlertTestJson;
export type CreateAlertChannel = z.input<typeof alertChannelBody>;
export type PatchAlertChannel = z.input<typeof patchAlertChannelBody>;
/** Filters of {@link listAlertDeliveries}; each must match exactly. */
export type AlertDeliveriesQuery = Omit<z.input<typeof alertDeliveriesQuery>, 'limit'> & {
  /** Maximum number of alerts, 1 to 200; default 50. */
  readonly limit?: number | undefined;
};

/** Creates a channel for alerts about failed jobs and other conditions. 409: the id is in use. */
export async function createAlertChannel(
  connection: Connection,
  body: CreateAlertChannel,
  call?: Call,
): Promise<SavedAlertChannel> {
  return connection.ask({ method: 'POST', path: '/alert-channels', body, repeat: 'refused' }, call);
}

/** All channels by id. */
export async function listAlertChannels(
  connection: Connection,
  call?: Call,
): Promise<readonly AlertChannel[]> {
  const { data } = await connection.ask<{ readonly data: readonly AlertChannel[] }>(
    { path: '/alert-channels', answer: 'list' },
    call,
  );
  return data;
}

export async function getAlertChannel(
  connection: Connection,
  id: string,
  call?: Call,
): Promise<AlertChannel> {
  return connection.ask({ path: path`/alert-channels/${id}` }, call);
}

/** Changes a channel. Omitted fields stay, also those of `config`. */
export async function patchAlertChannel(
  connection: Connection,
  id: string,
  body: PatchAlertChannel,
  call?: Call,
): Promise<SavedAlertChannel> {
  return connection.ask({ method: 'PATCH', path: path`/alert-channels/${id}`, body }, call);
}

/** Deletes a channel with all alerts for it. 409: jobs name it. */
export async function deleteAlertChannel(connection: Connection, id: string, call?: Call): Promise<void> {
  await connection.ask({ method: 'DELETE', path: path`/alert-channels/${id}` }, call);
}

/** Sends a sample, and waits up to 10 s for the answer of the channel. */
export async function testAlertChannel(connection: Connection, id: string, call?: Call): Promise<AlertTest> {
  return connection.ask(
    { method: 'POST', path: path`/alert-channels/${id}/test`, body: {}, repeat: 'refused' },
    call,
  );
}

/** A page of alerts, newest first: sent, pending and undeliverable. */
export async function listAlertDeliveries(
  connection: Connection,
  query?: AlertDeliveriesQuery,
  call?: Call,
): Promise<Page<AlertDelivery>> {
  return connection.ask({ path: '/alert-deliveries', query: { ...query }, answer: 'list' }, call);
}

/** All matching alerts, newest first, page by page. */
export function eachAlertDelivery(
  connection: Connection,
  query: AlertDeliveriesQuery = {},
  call?: Call,
): Rows<AlertDelivery> {
  return allOf((page: AlertDeliveriesQuery) => listAlertDeliveries(connection, page, call), query);
}

/** Sends an undeliverable alert again. 409: it was sent, or still waits. */
export async function retryAlertDelivery(connection: Connection, id: string, call?: Call): Promise<void> {
  await connection.ask(
    { method: 'POST', path: path`/alert-deliveries/${id}/retry`, body: {}, repeat: 'safe' },
    call,
  );
}
