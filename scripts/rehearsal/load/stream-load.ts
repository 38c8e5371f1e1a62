export interface StreamLoad {
  readonly port: number;
  readonly tokens: readonly string[];
  /** Clients. A refused one tries again after a second. */
  readonly clients: number;
  /** The share of the clients that never read what they get. */
  readonly silentShare: number;
  readonly seconds: number;
}

export interface StreamResult {
  readonly statuses: Readonly<Record<string, number>>;
  readonly broken: number;
  /** Clients that had no answer when the load ended. */
  readonly waiting: number;
  readonly withoutRetryAfter: number;
  /** Bytes that the reading clients got. */
  readonly bytes: number;
}
