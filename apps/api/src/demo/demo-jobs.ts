import type { JobInput } from '@greenvue/jobs';

/** The channel that hears of all jobs. */
export const DEMO_CHANNEL = 'on-call';
/** The job of the incident: `docs/demo.md` tells how to solve it. */
export const INCIDENT_JOB = 'payouts-nordbank';

type Rest = Omit<JobInput, 'id' | 'name' | 'type' | 'tags'>;

function job(
  id: string,
  name: string,
  { type, tags, ...rest }: Rest & Pick<JobInput, 'type' | 'tags'>,
): JobInput {
  return { id, name, type, tags: tags?.toSorted(), ...rest };
}

const payouts = (bank: string, name: string, cron: string): JobInput =>
  job(`payouts-${bank}`, `Payouts to ${name}`, {
    description:
      'Sellers get their money by this. Ask the finance team before you change more than the format.',
    type: 'export_payouts',
    tags: ['finance', 'payouts'],
    cron,
    payload: { bank },
    pauseAfter: { failures: 3 },
    expect: { successWithin: '2h' },
    catchUp: 'skip',
  });

const stock = (warehouse: string, name: string, tag: string): JobInput =>
  job(`stock-${warehouse}`, `Stock of ${name}`, {
    type: 'sync_stock',
    tags: ['stock', tag],
    cron: '*/15 * * * *',
    payload: { warehouse },
    overlap: 'skip',
    expect: { duration: '2m' },
  });

const payments = (method: string, name: string, cron: string): JobInput =>
  job(`payments-${method}`, name, {
    type: 'capture_payments',
    tags: ['finance', 'payments'],
    cron,
    payload: { method },
    pauseAfter: { failures: 5 },
  });

const fraud = (market: string, name: string): JobInput =>
  job(`fraud-${market}`, `Fraud scores, ${name}`, {
    type: 'score_fraud',
    tags: ['risk', market],
    cron: '*/15 * * * *',
    payload: { market },
  });

const report = (of: string, name: string, cron: string): JobInput =>
  job(`report-${of.replace('_', '-')}`, name, {
    type: 'write_report',
    tags: ['reports'],
    cron,
    payload: { report: of },
  });

const parcels = (carrier: string, name: string, cron: string): JobInput =>
  job(`parcels-${carrier}`, `Parcels of ${name}`, {
    type: 'track_parcels',
    tags: ['shipping'],
    cron,
    payload: { carrier },
  });

/** The jobs whose day the demo seeds. */
export const SEEDED_JOBS: readonly JobInput[] = [
  payouts('nordbank', 'Nordbank', '*/15 * * * *'),
  payouts('alpenbank', 'Alpenbank', '5,35 * * * *'),
  payouts('iberia', 'Banco Iberia', '10,40 * * * *'),
  stock('berlin', 'Berlin', 'de'),
  stock('lyon', 'Lyon', 'fr'),
  stock('malmo', 'Malmö', 'se'),
  payments('card', 'Charge cards', '1-59/15 * * * *'),
  payments('wallet', 'Charge wallets', '3-59/15 * * * *'),
  payments('refund', 'Refunds', '7,27,47 * * * *'),
  fraud('de', 'Germany'),
  fraud('fr', 'France'),
  fraud('uk', 'United Kingdom'),
  report('sales', 'Sales of the hour', '0 * * * *'),
  report('sellers', 'Best sellers', '0 0 * * *'),
  report('tax', 'VAT by country', '0 0 * * *'),
  report('finance', 'Open invoices', '45 */4 * * *'),
  report('search_terms', 'Search terms', '20 */2 * * *'),
  report('rates', 'Exchange rates', '55 * * * *'),
  parcels('northpost', 'Northpost', '2-59/20 * * * *'),
  parcels('rapid', 'Rapid', '4-59/20 * * * *'),
  parcels('swift', 'Swift', '6-59/30 * * * *'),
  job('photos-new', 'Small pictures of new photos', {
    type: 'resize_photos',
    tags: ['listings'],
    cron: '*/20 * * * *',
  }),
  job('photos-archive', 'Small pictures of the archive', {
    type: 'resize_photos',
    tags: ['listings'],
    cron: '0 0 * * *',
    payload: { folder: 'archive' },
  }),
  job('recommendations', 'Train the recommendations', {
    description: 'Takes about 45 minutes. Cancel it if the machine is needed: the old model stays in use.',
    type: 'train_recommendations',
    tags: ['listings', 'machine-learning'],
    interval: '1m',
    intervalMode: 'fixed_delay',
  }),
  job('bank-statements', 'Import bank statements', {
    description: 'The banks start it after their upload, at 4 in the morning and in the afternoon.',
    type: 'import_statements',
    tags: ['finance'],
    onDemand: true,
    expect: { successWithin: '14h' },
  }),
  job('autumn-offers', 'Autumn offers', {
    type: 'send_offers',
    tags: ['marketing'],
    cron: '0 */3 * * *',
  }),
];
