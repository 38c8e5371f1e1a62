import type { BulkAction, BulkCommand, BulkRecord, BulkStatus } from './bulk-command.ts';
import type { StoredBulkCommand } from './store-bulk.ts';

/** P36, tags and bulk: a command as people see it. A command of a dead node has been interrupted. */
export function bulkCommandOf(
  { id, node, record, cancel }: StoredBulkCommand,
  liveNodes: readonly string[],
): BulkCommand {
  const status = statusOf(record.status, liveNodes.includes(node), cancel !== undefined);
  return { ...record, id, status, ...(cancel === undefined ? {} : { cancelledBy: cancel.by }) };
}

function statusOf(status: BulkStatus, isAlive: boolean, isCancelled: boolean): BulkStatus {
  if (status !== 'running') return status;
  if (!isAlive) return 'interrupted';
  return isCancelled ? 'cancelling' : 'running';
}

/** P36, tags and bulk: the stored statuses that {@link bulkCommandOf} may show as one of these. */
export function recordStatusesOf(statuses: readonly BulkStatus[]): readonly BulkRecord['status'][] {
  return [...new Set(statuses.flatMap((status) => RECORD_STATUSES[status]))];
}

const RECORD_STATUSES: Readonly<Record<BulkStatus, readonly BulkRecord['status'][]>> = {
  running: ['running'],
  cancelling: ['running'],
  finished: ['finished'],
  cancelled: ['cancelled'],
  interrupted: ['interrupted', 'running'],
};

/** P36, tags and bulk: the tags of a job after `tag` or `untag`, each tag once. */
export function tagsAfter(
  before: readonly string[],
  action: 'tag' | 'untag',
  tags: readonly string[],
): readonly string[] {
  if (action === 'untag') return before.filter((tag) => !tags.includes(tag));
  return [...new Set([...before, ...tags])];
}

/** P36, tags and bulk: whether an item can be changed again when it is not known if the first try did it. */
export function isRepeatable(action: BulkAction): boolean {
  return action === 'pause' || action === 'resume' || action === 'tag' || action === 'untag';
}

/** The fields that belong to one action. */
const FIELDS: Readonly<Record<string, readonly BulkAction[]>> = {
  reason: ['pause'],
  until: ['pause'],
  cancelLive: ['pause'],
  tags: ['tag', 'untag'],
  force: ['cancel'],
};

interface Asked {
  readonly action: BulkAction;
  readonly ids?: readonly string[] | undefined;
  readonly filter?: object | undefined;
  readonly all?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * P36, tags and bulk: what is wrong with the parts of a request together. It names its jobs or runs in
 * exactly one way, so that an empty filter never stands for all of them by accident.
 */
export function bulkFaults(asked: Asked, target: 'jobs' | 'runs'): readonly Fault[] {
  const faults = [...selectionFaults(asked, target)];
  const { action, tags = [] } = asked;
  for (const [field, actions] of Object.entries(FIELDS)) {
    if (Reflect.get(asked, field) === undefined || actions.includes(action)) continue;
    const detail = `belongs to the action ${actions.join(' or ')}; got it with ${action}. Leave it out`;
    faults.push({ pointer: `/${field}`, detail });
  }
  if ((action === 'tag' || action === 'untag') && tags.length === 0)
    faults.push({ pointer: '/tags', detail: `must be the tags to ${verb(action)}, such as ["billing"]` });
  return faults;
}

function verb(action: 'tag' | 'untag'): string {
  return action === 'tag' ? 'add' : 'remove';
}

function selectionFaults({ ids, filter, all }: Asked, target: 'jobs' | 'runs'): readonly Fault[] {
  const example = target === 'jobs' ? '{ "tag": "billing" }' : '{ "status": "failed" }';
  if (all === false)
    return [{ pointer: '/all', detail: `must be true, for all ${target}, or left out; got false` }];
  const given = Object.entries({ ids, filter, all }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  const [first, second] = given;
  if (first === undefined)
    return [
      {
        pointer: '',
        detail: `must say which ${target}: with ids, with a filter such as ${example}, or with all: true`,
      },
    ];
  if (second !== undefined)
    return [
      {
        pointer: `/${second}`,
        detail: `must be left out together with ${first}: a request has only one of ids, filter and all`,
      },
    ];
  if (ids?.length === 0)
    return [
      { pointer: '/ids', detail: `must have at least one id. To change all ${target}, send all: true` },
    ];
  if (filter !== undefined && !hasCondition(filter))
    return [
      {
        pointer: '/filter',
        detail: `must have at least one condition, such as ${example}. To change all ${target}, send all: true instead`,
      },
    ];
  return [];
}

/** `time` says only what `from` and `to` are about. */
function hasCondition(filter: object): boolean {
  return Object.entries(filter).some(([name, value]) => name !== 'time' && !isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
