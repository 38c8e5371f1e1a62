import { type AuditPosition, auditPosition } from '../../../../../apps/api/src/auth/audit/audit-log.ts';
import * as server from '../../../../../apps/api/src/rest/cursor.ts';
import { Problem } from '../../../../../apps/api/src/rest/problem.ts';
import { type CursorValue, decodeCursor, encodeCursor } from '../../../src/http/fields/cursor.ts';
import { check, checkAdvice, checkSame, inTime } from '../oracle.ts';
import { linesOf } from '../text-input.ts';

const KINDS: readonly CursorValue[] = ['text', 'number', 'run'];
const ORDERS = [
  'runs',
  'versions',
  'audit',
  'alerts',
  'jobs:name',
  'jobs:-name',
  'jobs:next_run',
  'failures count',
];

/** The first line is a token. The next two are a value and a key, which must survive a round trip. */
export function fuzz(bytes: Uint8Array): void {
  const [token = '', value = '', key = ''] = linesOf(bytes);
  for (const order of ORDERS) for (const kind of KINDS) checkToken(order, kind, token);
  checkServerToken(token);
  checkRoundTrip('text', value, key);
  checkRoundTrip('number', Number(value), key);
  checkRoundTrip('run', null, key);
}

function checkToken(order: string, kind: CursorValue, token: string): void {
  const cursor = inTime(() => decodeCursor(order, kind, token));
  if (cursor === undefined) return;
  check(/^\d{1,16}$/.test(cursor.key), () => `the key ${cursor.key} is no id`);
  checkSame(decodeCursor(order, kind, encodeCursor(order, cursor)), cursor, 'a cursor that was decoded');
  for (const other of ORDERS)
    if (other !== order)
      checkSame(decodeCursor(other, kind, token), undefined, `a cursor of ${order} for ${other}`);
}

/** The cursors of GreenVue's own lists, by the one of its audit log. */
function checkServerToken(token: string): void {
  let position: AuditPosition;
  try {
    position = inTime(() => server.decodeCursor(token, auditPosition));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    checkSame(error.status, 400, 'the status of a refused cursor');
    return checkAdvice(error.detail);
  }
  const [, source] = position;
  check(
    source.isWellFormed() && !source.includes('\0'),
    () => `the cursor has the text ${JSON.stringify(source)}`,
  );
  checkSame(
    server.decodeCursor(server.encodeCursor(position), auditPosition),
    position,
    'a cursor of the server',
  );
}

function checkRoundTrip(kind: CursorValue, value: string | number | null, key: string): void {
  const isKey = /^\d{1,16}$/.test(key) && Number.isSafeInteger(Number(key));
  const isText = typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
  if (!isKey || !(value === null || isText || Number.isSafeInteger(value))) return;
  const token = inTime(() => encodeCursor('name', { value, key }));
  const decoded = decodeCursor('name', kind, token);
  if (token.length > 4_096) return;
  checkSame(decoded, { value, key }, 'a cursor that was encoded');
}
