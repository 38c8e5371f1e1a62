import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('fastify/server.ts', () => journey({ programs: ['fastify/server.ts'], answersOpenRequests: true }));
