import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('hono/server.ts', () => journey({ programs: ['hono/server.ts'], answersOpenRequests: true }));
