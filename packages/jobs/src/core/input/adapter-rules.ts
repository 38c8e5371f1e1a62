import { having } from './rule.ts';

export const loggerRule = having(
  'a logger with debug, info, warn and error, such as pino()',
  'debug',
  'info',
  'warn',
  'error',
);
export const tracingRule = having(
  'a tracing, such as that of @greenvue/jobs/opentelemetry',
  'current',
  'begin',
);
