import { register } from 'prom-client';
import { METRICS_TOKEN } from '../../login.ts';

export async function GET(request: Request) {
  if (request.headers.get('authorization') !== `Bearer ${METRICS_TOKEN}`)
    return new Response(null, { status: 401 });
  return new Response(await register.metrics(), { headers: { 'content-type': register.contentType } });
}
