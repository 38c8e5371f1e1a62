/** Who may sign in. Your app has users of its own, with hashed passwords. */
const users = [
  { name: 'ann', password: 'secret', role: 'admin' },
  { name: 'bob', password: 'look', role: 'viewer' },
];

/** The form to sign in; with a message if the last try has failed. */
export const signInPage = (hasFailed: boolean) => `<!doctype html><title>Sign in</title>
<form method="post" action="/login">
  ${hasFailed ? '<p role="alert">Wrong name or password.</p>' : ''}
  <input name="name" placeholder="Name"> <input name="password" type="password" placeholder="Password">
  <button>Sign in</button>
</form>`;

/** The name for the session; undefined if the name or the password is wrong. */
export function checkPassword(name: unknown, password: unknown): string | undefined {
  return users.find((user) => user.name === name && user.password === password)?.name;
}

/** Decides what a user may do with jobs. Throws an error; the client receives its status and its message. */
export function authorize(name: unknown, need: 'read' | 'operate' | 'admin') {
  const user = users.find((one) => one.name === name);
  if (user === undefined) throw Object.assign(new Error('Sign in first.'), { statusCode: 401 });
  if (user.role !== 'admin' && need !== 'read')
    throw Object.assign(new Error('Only an admin may change jobs.'), { statusCode: 403 });
  return { id: `user:${user.name}`, name: user.name };
}

/** Prometheus does not sign in. It sends this token. */
export const METRICS_TOKEN = process.env.METRICS_TOKEN ?? 'scrape';
