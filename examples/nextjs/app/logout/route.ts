import { session } from '../../session.ts';

export async function GET() {
  (await session()).destroy();
  return new Response(null, { status: 303, headers: { location: '/login' } });
}
