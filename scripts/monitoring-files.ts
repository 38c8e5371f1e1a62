// What Prometheus and Grafana need, for users who don't have this repository.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './package/source-package.ts';

/** From the path in the repository to the one on the site, and in the package `@greenvue/jobs`. */
export const MONITORING_FILES: ReadonlyMap<string, string> = new Map([
  ['ops/grafana/greenvue-jobs.json', 'monitoring/greenvue-jobs.json'],
  ['ops/prometheus/alerts.yaml', 'monitoring/alerts.yaml'],
]);

export function copyMonitoringFiles(folder: string): void {
  for (const [file, published] of MONITORING_FILES) cpSync(join(ROOT, file), join(folder, published));
}
