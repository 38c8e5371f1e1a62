// `npm run rehearse -- pooler` and `npm run rehearse -- failover` check with real servers what
// docs/scaling.md says.
const [name = ''] = process.argv.slice(2);
const REHEARSALS = ['pooler', 'failover'];
if (!REHEARSALS.includes(name)) {
  process.stderr.write(`npm run rehearse -- ${REHEARSALS.join(' | ')}\n`);
  process.exit(1);
}
await import(`./${name}.ts`);
