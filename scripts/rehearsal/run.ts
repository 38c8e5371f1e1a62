// `npm run rehearse -- pooler`, `failover` and `restore` check with real servers what docs/scaling.md,
// docs/operations.md and docs/greenvue-postgres.md say.
const [name = ''] = process.argv.slice(2);
const REHEARSALS = ['pooler', 'failover', 'restore'];
if (!REHEARSALS.includes(name)) {
  process.stderr.write(`npm run rehearse -- ${REHEARSALS.join(' | ')}\n`);
  process.exit(1);
}
await import(`./${name}.ts`);
