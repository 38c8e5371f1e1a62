import type pg from 'pg';

/**
 * Names of prepared statements. None behind a pooler, which shares sessions among processes: there the server
 * parses each statement again.
 */
export class StatementNames {
  #isDirect: boolean | undefined;
  readonly #names = new Map<string, string>();

  async learn(client: pg.PoolClient): Promise<void> {
    if (this.#isDirect !== undefined) return;
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    // The handshake gave the other id; a pooler invents that.
    this.#isDirect = rows[0]?.pid === Reflect.get(client, 'processID');
  }

  /** As far as this process knows, no other process uses its sessions. */
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
