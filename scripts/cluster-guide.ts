export interface ClusterNode {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

export interface Cluster {
  readonly databaseUrl: string;
  readonly serverPid: number;
  readonly nodes: readonly ClusterNode[];
  readonly dataDir: string;
}

/** What is running, and experiments with it as commands to copy. */
export function clusterGuide({ databaseUrl, serverPid, nodes, dataDir }: Cluster): string {
  const [first, second, third] = nodes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('three nodes are required');
  const auth = '-H "Authorization: Bearer $TOKEN"';
  const free = third.port + 1;
  return [
    '',
    `PostgreSQL   pid ${serverPid}   ${databaseUrl}`,
    ...nodes.map(({ url, pid }, n) => `Node ${n + 1}       pid ${pid}   ${url}   ${url}/docs`),
    `Mails        ${dataDir}/outbox`,
    '',
    'In a second terminal:',
    '',
    `export DATABASE_URL=${databaseUrl} DATA_DIR='${dataDir.replaceAll("'", "'\\''")}'`,
    'TOKEN=$(npm run -s token)',
    '',
    '# The nodes. Every node gives the same answer.',
    `curl ${second.url}/api/job-stats ${auth}`,
    '# The last runs, and the nodes that ran them.',
    `curl "${third.url}/api/runs?limit=5" ${auth}`,
    '# The events of all nodes from one of them, for a minute.',
    `curl -N --max-time 60 ${third.url}/api/job-events ${auth}`,
    '',
    '# Kill one. The others take over its runs without using up an attempt, and its jobs continue.',
    `kill -9 ${first.pid}`,
    `curl ${second.url}/api/job-stats ${auth}`,
    '# Freeze one: it is declared dead after 15 seconds, and rejoins when it continues.',
    `kill -STOP ${second.pid}; sleep 20; kill -CONT ${second.pid}`,
    '# Add one: it only needs the database.',
    `PORT=${free} npm start`,
    '',
    'Ctrl-C here stops everything and deletes the data.',
    '',
  ].join('\n');
}
