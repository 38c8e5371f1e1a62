import type pg from 'pg';

/**
 * The names of prepared statements. Behind a pooler, which shares sessions among processes, there are no
 * names, and the server parses each statement again.
 */
export class StatementNames {
  #isDirect: boolean | undefined;
  readonly #names = new Map<string, string>();

  async learn(client: pg.PoolClient): Promise<void> {
    if (this.#isDirect !== undefined) return;
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    // The handshake returned another process id, so a pooler answered it.
    this.#isDirect = rows[0]?.pid === Reflect.get(client, 'processID');
  }

  /** True if no other process is known to use the sessions of this process. */
  get areKept(): boolean {
    return this.#isDirect === true;
  }

  of(sql: string): string | undefined {
    if (!this.areKept) return undefined;
    let name = this.#names.get(sql);
    if (name === undefined) {
      name = `gv${this.#names.size}`;
      this.#names.set(sql, name);
    }
    return name;
  }
}
