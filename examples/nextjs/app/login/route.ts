import { checkPassword, signInPage } from '../../login.ts';
import { session } from '../../session.ts';

const goTo = (location: string) => new Response(null, { status: 303, headers: { location } });

export function GET(request: Request) {
  const hasFailed = new URL(request.url).searchParams.has('failed');
  return new Response(signInPage(hasFailed), { headers: { 'content-type': 'text/html' } });
}

export async function POST(request: Request) {
  const form = await request.formData();
  const name = checkPassword(form.get('name'), form.get('password'));
  if (name === undefined) return goTo('/login?failed');
  const current = await session();
  current.user = name;
  await current.save();
  return goTo('/admin/jobs');
}
