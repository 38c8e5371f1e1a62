import { describe, expect, it } from 'vitest';
import { MOST_SECRETS, SEALED_TABLES } from '../../src/core/store/secret-store.ts';
import {
  definitionOf,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  type Rig,
  required,
  SUCCEEDED,
  useStore,
} from './rig.ts';

const REFERENCE = '{"token":{"$secret":"API_KEY"}}';
const SEALED = '{"token":{"$sealed":"1.x"}}';

// Promise P40, secrets in payloads.
export function secretsContract(makeStore: MakeStore): void {
  describe('secrets', () => {
    const t: Rig = useStore(makeStore);
    const put = (name: string, sealed = `sealed ${name}`, by?: string) =>
      t.store.changeSecret({ name, command: { kind: 'put', sealed, by } });
    const remove = (name: string) => t.store.changeSecret({ name, command: { kind: 'delete' } });

    it('are created, replaced, listed by name and deleted, with who and when', async () => {
      const at = t.clock.now();
      expect(await put('B', 'one', 'ada')).toEqual({ kind: 'done', isNew: true });
      await put('A');
      t.clock.advance(MINUTE);
      const audit = { actor: 'bob', action: 'secret.put', change: '{}' };
      const again = { name: 'B', command: { kind: 'put', sealed: 'two', by: 'bob' }, audit } as const;
      expect(await t.store.changeSecret(again)).toEqual({ kind: 'done', isNew: false });
      const times = { createdAt: at, updatedAt: at + MINUTE };
      expect(await t.store.listSecrets()).toEqual([
        { name: 'A', sealed: 'sealed A', createdAt: at, updatedAt: at, jobIds: [] },
        { name: 'B', sealed: 'two', ...times, createdBy: 'ada', updatedBy: 'bob', jobIds: [] },
      ]);
      expect(await t.store.findSecrets(['B', 'C', '"'])).toEqual([{ name: 'B', sealed: 'two' }]);
      expect(await t.store.listAudit({ limit: 1 })).toMatchObject([{ ...audit, target: 'B' }]);
      expect(await remove('B')).toEqual({ kind: 'done', isNew: false });
      expect(await remove('B')).toEqual({ kind: 'absent' });
    });

    it('that jobs refer to stay, and say which jobs; names are compared letter by letter', async () => {
      await put('API_KEY');
      await put('api_key');
      await put('APIxKEY');
      await t.create('second', { schedule: ON_DEMAND, payload: REFERENCE });
      await t.create('first', { schedule: ON_DEMAND, payload: REFERENCE });
      await t.create('none', { schedule: ON_DEMAND, payload: '{"token":"API_KEY"}' });
      expect(await remove('API_KEY')).toEqual({ kind: 'in_use', jobIds: ['first', 'second'] });
      const uses = (await t.store.listSecrets()).map(({ name, jobIds }) => [name, jobIds]);
      expect(Object.fromEntries(uses)).toEqual({ API_KEY: ['first', 'second'], APIxKEY: [], api_key: [] });
      expect(await remove('api_key')).toMatchObject({ kind: 'done' });
      await t.store.command({ jobId: 'first', command: { kind: 'delete' } });
      expect(await remove('API_KEY')).toEqual({ kind: 'in_use', jobIds: ['second'] });
      await t.edit('second', { payload: '{}' });
      expect(await remove('API_KEY')).toMatchObject({ kind: 'done' });
    });

    it('that a new job or an edit names must be there, or nothing is written', async () => {
      await put('API_KEY');
      const insert = (...namedSecrets: readonly string[]) =>
        t.store.insertJob({
          definition: definitionOf('a', { schedule: ON_DEMAND, payload: REFERENCE }),
          namedSecrets,
        });
      const edit = (...namedSecrets: readonly string[]) => {
        const definition = definitionOf('a', { schedule: ON_DEMAND, payload: REFERENCE, name: 'New' });
        return t.command('a', { kind: 'edit', definition }, { namedSecrets });
      };
      const refused = {
        kind: 'refused',
        refusal: { code: 'no_secret', pointer: '/payload', detail: expect.stringContaining('name "GONE"') },
      };
      expect(await insert('API_KEY', 'GONE')).toMatchObject(refused);
      expect(await t.command('a', { kind: 'resume' })).toEqual({ kind: 'absent' });
      expect(await insert('API_KEY')).toMatchObject({ kind: 'created' });
      expect(await edit('API_KEY', 'GONE')).toMatchObject(refused);
      expect(await t.job('a')).toMatchObject({ name: 'Job a', version: 1 });
      expect(await edit('API_KEY')).toMatchObject({ kind: 'done', changed: true });
    });

    it('are at most 1,000', async () => {
      for (let n = 0; n < MOST_SECRETS; n += 1) await put(`S${n}`);
      expect(await put('ONE_MORE')).toEqual({ kind: 'too_many' });
      expect(await put('S7')).toMatchObject({ kind: 'done' });
    });

    it('and other sealed texts are found in pages, and replaced unless they have changed', async () => {
      await put('API_KEY', '1.x');
      await t.create('sealed', { schedule: ON_DEMAND, payload: SEALED });
      await t.edit('sealed', { name: 'New', payload: '{"token":{"$sealed":"1.y"}}' });
      await t.create('plain', { schedule: ON_DEMAND, payload: '{}' });
      await t.done('sealed', { kind: 'trigger', payload: SEALED });
      const { runs } = await t.claim(1);
      await t.settle(required(runs[0]), SUCCEEDED);
      await t.done('sealed', { kind: 'trigger', payload: SEALED });
      const { id: runId, fence } = await t.claimOne();
      const save = (seq: number, content: string) =>
        t.store.saveCheckpoint({ runId, fence, seq, input: 'of the test', content });
      await save(1, '{"steps":[]}');
      expect((await t.store.listSealed({ table: 'checkpoints', limit: 9, types: [] })).rows).toEqual([]);
      await save(2, '1.x');
      const channel = { kind: 'slack', config: '{"$sealed":"1.x"}', allJobs: true };
      await t.store.changeAlertChannel({ id: 'ops', command: { kind: 'create', channel } });
      const found = async (types: readonly string[] = []) => {
        const texts: Record<string, string[]> = {};
        for (const table of SEALED_TABLES) {
          const rows = [];
          for (
            let after: string | undefined, isFirst = true;
            isFirst || after !== undefined;
            isFirst = false
          ) {
            const page = await t.store.listSealed({ table, after, limit: 1, types });
            rows.push(...page.rows);
            after = page.next;
          }
          texts[table] = rows.map(({ owner, text }) => `${owner} ${text}`);
        }
        return texts;
      };
      expect(await found()).toEqual({
        jobs: ['sealed {"token":{"$sealed":"1.y"}}'],
        job_versions: [`sealed ${SEALED}`],
        live_runs: [`sealed ${SEALED}`],
        runs: [`sealed ${SEALED}`],
        checkpoints: [`${runId} 1.x`],
        secrets: ['API_KEY 1.x'],
        alert_channels: ['ops {"$sealed":"1.x"}'],
      });
      const [{ type = '' } = {}] = (await t.store.listSealed({ table: 'jobs', limit: 1, types: [] })).rows;
      expect((await found([type])).jobs).toHaveLength(2);
      for (const table of SEALED_TABLES) {
        const { rows } = await t.store.listSealed({ table, limit: 100, types: [] });
        const replaced = rows.map(({ key, text }) => ({
          key,
          before: text,
          after: text.replace(/1\.[xy]/, '2.z'),
        }));
        expect(await t.store.replaceSealed({ table, rows: replaced })).toBe(1);
        expect(await t.store.replaceSealed({ table, rows: replaced })).toBe(0);
      }
      const after = '{"token":{"$sealed":"2.z"}}';
      const { payload, version } = await t.job('sealed');
      expect([payload, version]).toEqual([after, 2]);
      expect(
        Object.values(await found())
          .flat()
          .join(),
      ).not.toContain('1.');
      // A store that keeps jobs in memory keeps the new text.
      await t.plan();
      await t.done('sealed', { kind: 'pause', cancelLive: false });
      expect((await t.job('sealed')).payload).toBe(after);
    });
  });
}
