import { LEVEL_KEY } from '../../src/core/nodes/membership.ts';
import { LEVEL } from '../../src/core/rules/option-levels.ts';
import { KEYS_OF_LEVEL } from '../../src/stores/rows/queue-key.ts';
import { TYPES } from '../store-contract/rig.ts';
import type { TestNodes } from './test-nodes.ts';

/** The types of a node of a later version. */
export const NEWER = { ...TYPES, [LEVEL_KEY]: LEVEL + 1 };

const SUFFIX = ` level ${LEVEL + 1}`;
const KEYS = `INSERT INTO greenvue_jobs.job_types (key, type, version, of_type, level) OVERRIDING SYSTEM VALUE
  SELECT key + ${(LEVEL + 1) * KEYS_OF_LEVEL}, type || '${SUFFIX}', version, type, ${LEVEL + 1}
  FROM greenvue_jobs.job_types WHERE of_type IS NULL ON CONFLICT DO NOTHING`;

/** Writes what a later version writes for a job with an option of its own. */
export async function useNewerOption(nodes: TestNodes, id: string): Promise<void> {
  await nodes.rows(KEYS);
  await setLevel(nodes, id, LEVEL + 1);
}

/** Writes what a later version writes when the option is removed. */
export function removeNewerOption(nodes: TestNodes, id: string): Promise<void> {
  return setLevel(nodes, id, LEVEL);
}

async function setLevel(nodes: TestNodes, id: string, level: number): Promise<void> {
  const set = `SET type_key = type_key % ${KEYS_OF_LEVEL} + ${level * KEYS_OF_LEVEL}`;
  await nodes.rows(`UPDATE greenvue_jobs.jobs ${set} WHERE id = $1`, [id]);
  await nodes.rows(
    `UPDATE greenvue_jobs.live_runs ${set} WHERE job_uid = (SELECT uid FROM greenvue_jobs.jobs WHERE id = $1)`,
    [id],
  );
}
