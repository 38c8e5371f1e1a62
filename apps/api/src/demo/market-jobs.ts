import type { JobInput } from '@greenvue/jobs';
import { EXPIRY_DAYS, type MarketSize } from '../commands/demo-market.ts';

/**
 * The password of every seller of the demo. All share one hash, because two thousand hashes would take
 * minutes.
 */
export const DEMO_PASSWORD = 'greenvue-demo';

/** The size of the demo's market. */
export const DEMO_SIZE: MarketSize = { sellers: 2_000, listings: 20_000, notifications: 1_000 };

const CALM_INTERVALS: Readonly<Record<string, string>> = {
  'cleanup-expired-listings': '1h',
  'send-notifications': '5m',
  'update-search-index': '2m',
};

/** The jobs of GreenVue itself, with intervals short enough to watch. */
export const MARKET_JOBS: readonly JobInput[] = [
  {
    id: 'cleanup-expired-listings',
    name: 'Clean up expired listings',
    description: `Removes listings older than ${EXPIRY_DAYS} days and queues a mail to each seller`,
    type: 'cleanup_expired_listings',
    interval: '1m',
    payload: { days_old: EXPIRY_DAYS },
  },
  {
    id: 'send-notifications',
    name: 'Send notifications',
    description: 'Sends the due notifications of the template "default"',
    type: 'send_notifications',
    interval: '30s',
    payload: { template: 'default', batchSize: 50 },
  },
  {
    id: 'update-search-index',
    name: 'Update the search index',
    description: 'Indexes new, changed and removed listings for search',
    type: 'update_search_index',
    interval: '20s',
  },
];

/** The same jobs among those of a day: often enough to watch, and no more often than others. */
export const CALM_MARKET_JOBS: readonly JobInput[] = MARKET_JOBS.map((job) => ({
  ...job,
  tags: ['listings'],
  interval: CALM_INTERVALS[job.id] ?? job.interval,
}));
