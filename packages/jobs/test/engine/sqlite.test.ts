import { describe } from 'vitest';
import { engineSuite } from './engine-suite.ts';
import { sqliteDatabase, useKeptDatabase } from './sqlite-database.ts';

describe('engines on SQLite', () => engineSuite(useKeptDatabase(), sqliteDatabase));
