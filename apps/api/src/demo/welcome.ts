import { relative } from 'node:path';
import type { Config } from '../config/config.ts';
import type { DemoNotes } from './demo-notes.ts';
import { DEMO_PASSWORD } from './market-jobs.ts';

export interface Welcome {
  readonly url: string;
  readonly config: Pick<Config, 'admin' | 'dataDir'>;
  readonly notes: DemoNotes;
}

/** What the demo prints once it is there. It names a password of the host's own, and does not show it. */
export function welcome({ url, config, notes }: Welcome): string {
  const { email, password } = config.admin;
  const shown = password === DEMO_PASSWORD ? password : 'the password in ADMIN_PASSWORD';
  const folder = relative('.', config.dataDir);
  return [
    '',
    `The demo is at ${url}/console`,
    `  Sign in with ${email} and ${shown}`,
    `  Data     ${folder}; remove it to start with a new day`,
    `  Token    DATA_DIR=${folder} npm run -s token`,
    '',
    `You are on call. This alert has come (${relative('.', notes.alert.file)}):`,
    '',
    ...notes.alert.text.split('\n').map((line) => `  ${line}`.trimEnd()),
    '',
    'Find the cause, fix it, and prove that no payout is missing: docs/demo.md shows how.',
    'Ctrl-C stops the demo; npm run demo continues it.',
  ].join('\n');
}
