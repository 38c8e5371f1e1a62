import type { AlertChannel, CreateAlertChannel, PatchAlertChannel } from '@greenvue/jobs/client';
import { type AlertCondition, CONDITIONS } from './condition-words.ts';

export const KINDS = [
  { value: 'email', label: 'E-mail' },
  { value: 'webhook', label: 'Webhook' },
  { value: 'slack', label: 'Slack' },
];

/** A channel as it is typed. */
export interface ChannelDraft {
  readonly id: string;
  readonly kind: string;
  /** Addresses with commas between them, or one URL. Empty in an edit: the one that is kept. */
  readonly target: string;
  readonly isOn: boolean;
  readonly allJobs: boolean;
  readonly conditions: readonly AlertCondition[];
  /** Of a webhook: replace the signing secret. */
  readonly isNewSecret: boolean;
}

export const NEW_CHANNEL: ChannelDraft = {
  id: '',
  kind: 'email',
  target: '',
  isOn: true,
  allJobs: true,
  conditions: CONDITIONS,
  isNewSecret: false,
};

/** A channel to be edited. A URL is secret, so only e-mail addresses are filled in. */
export function draftOf({ id, kind, config, all_jobs, enabled, conditions }: AlertChannel): ChannelDraft {
  return {
    id,
    kind,
    target: kind === 'email' ? addressesIn(config.to).join(', ') : '',
    isOn: enabled,
    allJobs: all_jobs,
    conditions: conditions ?? CONDITIONS,
    isNewSecret: false,
  };
}

function addressesIn(to: unknown): readonly string[] {
  if (typeof to === 'string') return [to];
  return Array.isArray(to) ? to.filter((one) => typeof one === 'string') : [];
}

/** Whether the console knows which fields the kind has. A host may add kinds of its own. */
export function isKnownKind(kind: string): boolean {
  return KINDS.some(({ value }) => value === kind);
}

export function createBody({ id, kind, target, allJobs, conditions }: ChannelDraft): CreateAlertChannel {
  return {
    id: id.trim(),
    kind,
    config: configOf(kind, target),
    all_jobs: allJobs,
    conditions: conditionsOf(conditions),
  };
}

/** Only what the edit sets: a URL that is not typed again stays. */
export function patchBody(draft: ChannelDraft): PatchAlertChannel {
  const { kind, target, isOn, allJobs, conditions, isNewSecret } = draft;
  const config = {
    ...(target.trim() === '' || !isKnownKind(kind) ? {} : configOf(kind, target)),
    ...(isNewSecret ? { secret: null } : {}),
  };
  return {
    ...(Object.keys(config).length === 0 ? {} : { config }),
    all_jobs: allJobs,
    enabled: isOn,
    conditions: conditionsOf(conditions),
  };
}

function configOf(kind: string, target: string) {
  const text = target.trim();
  return kind === 'email' ? { to: text.split(',').map((one) => one.trim()) } : { url: text };
}

function conditionsOf(conditions: readonly AlertCondition[]): AlertCondition[] | null {
  return conditions.length === CONDITIONS.length ? null : [...conditions];
}

/** The name of the field at a pointer, for the start of a sentence; empty for the kind as a whole. */
export function labelOf(pointer: string): string {
  if (pointer === '/id') return 'The id';
  if (pointer === '/config') return '';
  if (pointer === '/config/to') return 'Addresses';
  return pointer === '/config/url' ? 'The address' : pointer;
}
