export { type JobMetricsOptions, registerJobMetrics } from './register-job-metrics.ts';
