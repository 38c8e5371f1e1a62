import { checkPassword, SIGN_IN_PAGE } from '../../login';
import { session } from '../../session';

const goTo = (location: string) => new Response(null, { status: 303, headers: { location } });

export const GET = () => new Response(SIGN_IN_PAGE, { headers: { 'content-type': 'text/html' } });

export async function POST(request: Request) {
  const form = await request.formData();
  const name = checkPassword(form.get('name'), form.get('password'));
  if (name === undefined) return goTo('/login');
  const current = await session();
  current.user = name;
  await current.save();
  return goTo('/admin/jobs');
}
