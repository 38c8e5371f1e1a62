// Bundled for a browser, not run: the client needs no module of Node.
import { connect, listJobs } from '@greenvue/jobs/client';

globalThis.jobs = listJobs(connect({ url: 'https://api.example.com' }));
