import { expect, test } from 'vitest';
import { type AuditPosition, type AuditRecord, type AuditSource, listAudit } from './audit-log.ts';

/** A source that does what the port says, over records in memory. */
function sourceOf(name: string, times: readonly number[]): AuditSource {
  const records: AuditRecord[] = times.map((at, index) => {
    return { id: index + 1, at, actor: 'a', actorName: undefined, action: 'b', target: 'c', change: {} };
  });
  return {
    name,
    list: async ({ before, limit }) =>
      records
        .filter(({ at, id }) => at < before.at || (at === before.at && id < before.id))
        .sort((a, b) => b.at - a.at || b.id - a.id)
        .slice(0, limit),
  };
}

async function pages(sources: readonly AuditSource[], limit: number): Promise<string[][]> {
  const read: string[][] = [];
  let before: AuditPosition | undefined;
  do {
    const page = await listAudit(sources, { before, limit, filters: {} });
    read.push(page.records.map(({ source, id, at }) => `${at} ${source}${id}`));
    before = page.next;
  } while (before !== undefined);
  return read;
}

test('two logs are one, by time, whatever the size of a page', async () => {
  const sources = [sourceOf('app', [1, 2, 2, 5, 5, 9]), sourceOf('jobs', [2, 2, 3, 5, 10])];
  const all = (await pages(sources, 100)).flat();
  expect(all).toHaveLength(11);
  expect(all.map((line) => Number(line.split(' ')[0]))).toEqual([10, 9, 5, 5, 5, 3, 2, 2, 2, 2, 1]);
  for (const limit of [1, 2, 3, 4, 5]) expect((await pages(sources, limit)).flat()).toEqual(all);
});

test('the last page says that it is the last', async () => {
  expect(await pages([sourceOf('app', [1, 2])], 2)).toEqual([['2 app2', '1 app1']]);
});
