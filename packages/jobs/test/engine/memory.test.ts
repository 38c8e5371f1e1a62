import { describe } from 'vitest';
import { memoryDatabase } from './engine-harness.ts';
import { engineSuite } from './engine-suite.ts';

describe('engines in memory', () => engineSuite(memoryDatabase));
