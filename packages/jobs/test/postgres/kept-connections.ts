import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';

/** The package as the store loads it. */
const driver: typeof pg = createRequire(import.meta.url)('pg');

/** Ends what only the session of an earlier store has. Prepared statements stay. */
const RESET = 'RESET ALL; SELECT pg_advisory_unlock_all()';

/** Open connections that no pool has, by the settings that they were opened with. */
const kept = new Map<string, KeptClient[]>();
let isKeeping = false;

/** A connection that outlives its pool, if it is in order. */
class KeptClient extends driver.Client {
  readonly #key: string;
  readonly #names = new Map<string, string>();
  #isOpen = false;
  /** The socket by which the pool knows this connection. */
  #socket: Duplex;

  /** Returns a kept connection in place of a new one, if there is one. */
  constructor(config: pg.PoolConfig = {}) {
    super(config);
    const { connectionString, application_name, query_timeout } = config;
    this.#key = `${connectionString} ${application_name} ${query_timeout}`;
    this.#socket = streamOf(this);
    const again = kept.get(this.#key)?.pop();
    if (again === undefined) return;
    again.#follow(this.#socket);
    // biome-ignore lint/correctness/noConstructorReturn: the pool knows no other way to hand one in.
    return again;
  }

  /** A pool that breaks the socket that it made breaks this connection. */
  #follow(socket: Duplex): void {
    this.removeAllListeners('error');
    this.#socket = socket;
    socket.once('close', () => {
      if (this.#socket === socket) streamOf(this).destroy();
    });
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null) => void): void;
  override connect(callback?: (error: Error | null) => void): Promise<pg.Client> | undefined {
    if (callback === undefined) throw new Error('pools connect with a callback');
    if (this.#isOpen) process.nextTick(callback, null);
    else
      super.connect((error: Error | null) => {
        this.#isOpen = error === null;
        callback(error);
      });
    return undefined;
  }

  /** Each store numbers its statements; here their names last longer than a store. */
  // biome-ignore lint/suspicious/noExplicitAny: passes on whatever the overloads of `query` take.
  override query(config: any, ...more: any[]): any {
    if (typeof config?.name !== 'string') return Reflect.apply(super.query, this, [config, ...more]);
    const name = this.#names.get(config.text) ?? `kept${this.#names.size}`;
    this.#names.set(config.text, name);
    return Reflect.apply(super.query, this, [{ ...config, name }, ...more]);
  }

  override end(): Promise<void>;
  override end(callback: (error?: Error) => void): void;
  override end(callback?: (error?: Error) => void): Promise<void> | undefined {
    if (callback === undefined) return super.end();
    if (!isKeeping || !this.#isAtRest()) super.end(callback);
    else
      super.query(RESET).then(
        () => this.#keep(callback),
        () => super.end(callback),
      );
    return undefined;
  }

  /** Whether it is open, outside of a transaction, and waits for no answer. */
  #isAtRest(): boolean {
    const of = (name: string): unknown => Reflect.get(this, name);
    return (
      this.#isOpen && of('_queryable') === true && of('_activeQuery') === null && of('_txStatus') === 'I'
    );
  }

  #keep(callback: () => void): void {
    this.removeAllListeners();
    this.on('error', () => this.#forget());
    kept.set(this.#key, [...(kept.get(this.#key) ?? []), this]);
    callback();
  }

  #forget(): void {
    kept.set(this.#key, kept.get(this.#key)?.filter((one) => one !== this) ?? []);
  }
}

/**
 * The pools of this file's stores hand their connections on to the pools of later stores: a new connection
 * plans each statement again, which takes longer than most tests.
 */
export function useKeptConnections(): void {
  const { Pool } = driver;
  class KeptPool extends Pool {
    constructor(options: pg.PoolConfig = {}) {
      // Only pools of a store name their application.
      super(options.application_name === undefined ? options : { ...options, Client: KeptClient });
    }
  }
  beforeAll(() => {
    isKeeping = true;
    Object.assign(driver, { Pool: KeptPool });
  });
  afterAll(async () => {
    isKeeping = false;
    Object.assign(driver, { Pool });
    await Promise.all([...kept.values()].flat().map((one) => one.end()));
    kept.clear();
  });
}

function streamOf(client: pg.Client): Duplex {
  return Reflect.get(Reflect.get(client, 'connection'), 'stream');
}
