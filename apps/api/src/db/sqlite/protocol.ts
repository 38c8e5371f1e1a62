/** A value of SQLite. */
export type SqlValue = string | number | bigint | Uint8Array | null;

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A command to a connection; `script` is several statements without parameters or rows. */
export type SqlCommand =
  | { readonly kind: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly kind: 'script'; readonly sql: string }
  | { readonly kind: 'rollback' };

export interface SqlResult {
  readonly rows: readonly SqlRow[];
  /** Number of changed rows; undefined for a statement that returns rows. */
  readonly changes: number | bigint | undefined;
  readonly lastInsertRowid: number | bigint | undefined;
}

/**
 * Why a command failed, in a form that crosses a thread's border. `errcode` is SQLite's extended result code.
 */
export interface SqlFailure {
  readonly errcode: number | undefined;
  readonly message: string;
}

export type SqlOutcome =
  | { readonly ok: true; readonly result: SqlResult }
  | { readonly ok: false; readonly failure: SqlFailure };

/** Handed to a thread when it starts. */
export interface ConnectionOptions {
  readonly file: string;
  readonly readOnly: boolean;
  /** Time for which it waits for locks of others before it fails. Default: 10 s. */
  readonly patienceMs?: number;
}

export type ThreadRequest =
  | { readonly id: number; readonly command: SqlCommand }
  | { readonly id: number; readonly close: true };

export interface ThreadReply {
  readonly id: number;
  readonly outcome: SqlOutcome;
}
