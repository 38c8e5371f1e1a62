import type { AlertChannel } from '@greenvue/jobs/client';
import { expect, test } from 'vitest';
import { createBody, draftOf, labelOf, NEW_CHANNEL, patchBody } from './channel-draft.ts';

const channel: AlertChannel = {
  id: 'ops',
  kind: 'webhook',
  config: { url: 'https://example.com/[hidden]' },
  all_jobs: false,
  enabled: true,
  conditions: ['failed'],
  created_by: null,
  created_at: '2026-01-31T09:00:00.000Z',
  updated_at: '2026-01-31T09:00:00.000Z',
  pending: 0,
  undeliverable: 0,
  last_sent_at: null,
  last_error: null,
};

test('an edit keeps an address that is not typed again, and replaces the secret on request', () => {
  const draft = draftOf(channel);
  expect(draft.target).toBe('');
  expect(patchBody(draft)).toEqual({ all_jobs: false, enabled: true, conditions: ['failed'] });
  expect(patchBody({ ...draft, target: ' https://example.com/2 ', isNewSecret: true })).toMatchObject({
    config: { url: 'https://example.com/2', secret: null },
  });
});

test('addresses of an e-mail channel are filled in', () => {
  const mail = { ...channel, kind: 'email', config: { to: ['a@example.com', 'b@example.com'] } };
  const draft = draftOf(mail);
  expect(draft.target).toBe('a@example.com, b@example.com');
  expect(patchBody(draft).config).toEqual({ to: ['a@example.com', 'b@example.com'] });
  expect(draftOf({ ...mail, config: { to: 'a@example.com' } }).target).toBe('a@example.com');
});

test('a kind of the host keeps its configuration', () => {
  const draft = draftOf({ ...channel, kind: 'pager', config: { key: '[hidden]' }, conditions: null });
  expect(patchBody({ ...draft, target: 'x' })).toEqual({ all_jobs: false, enabled: true, conditions: null });
});

test('a new channel that hears of all conditions names none', () => {
  expect(createBody({ ...NEW_CHANNEL, id: ' ops ', target: 'a@example.com' })).toEqual({
    id: 'ops',
    kind: 'email',
    config: { to: ['a@example.com'] },
    all_jobs: true,
    conditions: null,
  });
});

test('a fault of the kind as a whole names no field', () => {
  expect(labelOf('/config')).toBe('');
  expect(labelOf('/config/url')).toBe('The address');
});
