export { type JobMetricsOptions, registerJobMetrics } from './register-job-metrics.ts';
export { createTracing } from './tracing.ts';
