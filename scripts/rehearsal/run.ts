// `npm run rehearse -- NAME` checks with real servers, processes and disks what docs/scaling.md,
// docs/operations.md, docs/greenvue-postgres.md and docs/reliability.md say.
const [name = ''] = process.argv.slice(2);
const REHEARSALS = [
  'pooler',
  'failover',
  'restore',
  'overload',
  'upgrade',
  'linearizability',
  'power',
  'soak',
  'disk',
  'old-data',
];
if (!REHEARSALS.includes(name)) {
  process.stderr.write(`npm run rehearse -- ${REHEARSALS.join(' | ')}\n`);
  process.exit(1);
}
await import(`./${name}.ts`);
