import { expect, test } from 'vitest';
import { startTestServer } from '../testing/test-server.ts';

test('/metrics has the jobs from the start, every type and outcome at 0', async () => {
  const { url } = await startTestServer();
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  for (const type of ['cleanup_expired_listings', 'send_notifications', 'update_search_index']) {
    for (const outcome of ['succeeded', 'failed', 'cancelled', 'retried']) {
      expect(lines).toContain(`greenvue_run_attempts_total{type="${type}",outcome="${outcome}"} 0`);
    }
    expect(lines).toContain(`greenvue_run_duration_seconds_count{type="${type}"} 0`);
  }
  expect(lines).toContain('greenvue_slots_skipped_total{reason="missed"} 0');
  expect(lines).toContain('greenvue_nodes{health="ok"} 1');
  expect(lines).toContain('greenvue_job_database_up 1');
});
