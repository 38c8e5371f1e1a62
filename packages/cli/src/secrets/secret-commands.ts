import {
  deleteSecret,
  listSecrets,
  putSecret,
  type Reseal,
  resealSecrets,
  type Secret,
} from '@greenvue/jobs/client';
import { CliError, EXIT, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printJson, printList } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import type { Column } from '../terminal/table.ts';
import { instantText } from '../terminal/words.ts';

const secretCommand = restCommandOn('secrets list');

/** `secrets list` */
export const listSecretsCommand = restCommand(async (session, { json }: ApiFlags) => {
  await printList(session, {
    limit: Number.POSITIVE_INFINITY,
    json,
    page: async () => ({ data: await listSecrets(session.api), next_cursor: null }),
    columns: COLUMNS,
    empty: 'There are no secrets.',
  });
});

/** `secrets set`: reads the value from stdin, since every user of the machine can see arguments. */
export const setSecretCommand = restCommand(
  async ({ api, ask, out, err, readSecret }, { json }: ApiFlags, name: string) => {
    if (ask !== undefined) err.line('Type or paste the value: it is not shown. Then press Enter and Ctrl-D.');
    const value = (await readSecret()).replace(/\r?\n$/, '');
    if (value === '') throw usageError(`The value is empty. Give it on stdin, as in: ${EXAMPLE}`);
    const saved = await putSecret(api, name, value);
    if (json) printJson(out, saved);
    else out.line(`${printable(name)} is ${saved.created ? 'created' : 'replaced'}.`);
  },
);

const EXAMPLE = 'secrets set API_KEY < api-key.txt';

/** `secrets delete` */
export const deleteSecretCommand = secretCommand(
  async (
    { api, ask, out, program },
    flags: ApiFlags & { readonly yes: boolean | undefined },
    name: string,
  ) => {
    if (!flags.yes) {
      if (ask === undefined)
        throw usageError(
          `${program.name} can ask for confirmation only on a terminal. Add --yes to delete it.`,
        );
      if (!(await ask(`Delete the secret ${printable(name)}?`))) throw new CliError('Nothing was deleted.');
    }
    await deleteSecret(api, name);
    if (!flags.json) out.line(`${printable(name)} is deleted.`);
  },
);

/** `secrets reseal`: asks again until all is done. */
export const resealCommand = restCommand(async ({ api, out }, { json }: ApiFlags) => {
  let resealed = 0;
  const unreadable = new Map<string | null, number>();
  let cursor: string | undefined;
  do {
    const part: Reseal = await resealSecrets(api, { cursor });
    resealed += part.resealed;
    for (const { key, count } of part.unreadable) unreadable.set(key, (unreadable.get(key) ?? 0) + count);
    cursor = part.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const left = [...unreadable].map(([key, count]) => ({ key, count }));
  if (json) printJson(out, { resealed, unreadable: left });
  else out.line(`${resealed} ${resealed === 1 ? 'value is' : 'values are'} sealed with the newest key.`);
  if (left.length === 0) return;
  const lines = left.map(({ key, count }) =>
    key === null
      ? `${count} can't be opened, because they were changed. Enter them again.`
      : `${count} can't be opened: the server does not have the key ${key}. Add it to SECRETS_KEY, or enter them again.`,
  );
  throw new CliError(lines.join('\n'), EXIT.failed);
});

const COLUMNS: readonly Column<Secret>[] = [
  { title: 'NAME', text: ({ name }) => name, least: 12 },
  { title: 'CHANGED', text: ({ updated_at }) => instantText(updated_at) },
  { title: 'BY', text: ({ updated_by }) => updated_by ?? '' },
  { title: 'JOBS', text: ({ jobs }) => jobs.join(','), least: 8 },
];
