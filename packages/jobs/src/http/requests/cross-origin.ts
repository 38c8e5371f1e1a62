import { isRecord } from '../../core/objects.ts';
import { HttpProblem } from './http-problem.ts';

/**
 * Refuses a request without a body that a page of another origin sends with the cookies of its visitor. A
 * browser sends such a request without asking the server, as it does for JSON. A bearer token is never sent
 * by a browser on its own. Throws a 403.
 */
export function refuseCrossOrigin(headers: unknown): void {
  if (!isRecord(headers)) return;
  const { 'sec-fetch-site': site, authorization } = headers;
  if (site !== 'cross-site' && site !== 'same-site') return;
  if (typeof authorization === 'string' && /^bearer /i.test(authorization)) return;
  const detail =
    'A page of another origin may not send this request without a body. Send the body {} as application/json, which CORS must allow.';
  throw new HttpProblem({ status: 403, detail });
}
