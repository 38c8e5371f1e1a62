import { describe } from 'vitest';
import { fastifyMount } from './mounts/fastify-mount.ts';
import { restSuite } from './rest-suite.ts';

describe('REST on the fastify adapter', () => restSuite(fastifyMount));
