import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('node-http/server.ts', () =>
  journey({ programs: ['node-http/server.ts'], answersOpenRequests: true }));
