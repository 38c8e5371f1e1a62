import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { violations } from './invariants.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

const KILLS = 24;

// Promise P9, lost nodes.
describe('durability: kill -9 at any instant', () => {
  it(`continues after ${KILLS} kills under load: every slot is covered once, no run is lost, interrupted runs restart at once`, async () => {
    const folder = folderOfTest('kill');
    const [file, acknowledged] = [join(folder, 'jobs.db'), join(folder, 'acknowledged')];
    const start = () => startChild('./load-child.ts', file, acknowledged);
    // A fixed sequence of odd lengths: kills hit all parts of the process, and failures can be reproduced.
    const lives = Array.from({ length: KILLS }, (_, n) => 20 + ((n * 7_919) % 611));
    for (const life of lives) {
      const started = await start();
      const { claimed } = counts(file);
      // `ready` comes after the recovery: only claims made since may be left of a dead process.
      expect(claimed.deadNodes).toBeLessThanOrEqual(1);
      await new Promise((resolve) => setTimeout(resolve, life));
      await end(started, 'SIGKILL');
      expect(violations(file)).toEqual([]);
    }
    const last = await start();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await end(last, 'SIGTERM');
    expect(violations(file)).toEqual([]);
    const { runs, recovered, lost, claimed } = counts(file);
    expect(claimed.total).toBe(0); // A graceful stop leaves no claim behind.
    expect(recovered).toBeGreaterThan(0);
    expect(lost).toBe(0);
    const known = new Set(runs);
    const missing = linesOf(acknowledged).filter((id) => !known.has(id));
    expect(missing).toEqual([]);
    expect(linesOf(acknowledged).length).toBeGreaterThan(KILLS);
  });
});

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

function counts(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const number = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0]);
    return {
      runs: db
        .prepare('SELECT id FROM runs UNION ALL SELECT id FROM live_runs')
        .all()
        .map(({ id }) => String(id)),
      recovered: number('SELECT count(*) FROM runs WHERE recoveries > 0'),
      lost: number('SELECT count(*) FROM runs WHERE reason = 4'),
      claimed: {
        total: number('SELECT count(*) FROM live_runs WHERE node IS NOT NULL'),
        deadNodes: number('SELECT count(DISTINCT node) FROM live_runs WHERE node IS NOT NULL'),
      },
    };
  } finally {
    db.close();
  }
}
