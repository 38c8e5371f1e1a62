// Writes the files that the site has for download to docs/public, which VitePress copies.
import { join } from 'node:path';
import { copyMonitoringFiles } from '../scripts/monitoring-files.ts';

copyMonitoringFiles(join(import.meta.dirname, 'public'));
