/** A message as a mail server gets it. */
export interface Mail {
  /**
   * Without angle brackets. The same for each try, so that a reader's mailbox can tell a repeated message.
   */
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What became of a message: `refused` for good, or `deferred`, which another try may mend. */
export type MailOutcome =
  | { readonly status: 'sent' }
  | { readonly status: 'refused'; readonly detail: string }
  | { readonly status: 'deferred'; readonly detail: string };

/** Sends mail. */
export interface Mailer {
  /** How many sends at a time use the transport well. */
  readonly inFlight: number;
  /** The domain that message ids end in. */
  readonly domain: string;
  /**
   * Resolves once the server has taken or refused the message. Throws a {@link MailServerError} when the
   * server can't be reached, or serves nobody, and when `signal` fires and the server does not answer within
   * seconds.
   */
  send(mail: Mail, signal: AbortSignal): Promise<MailOutcome>;
  close(): Promise<void>;
}

/** The mail server is down, or refuses us: nothing to do with the message. Worth a retry later. */
export class MailServerError extends Error {
  override readonly name = 'MailServerError';
  readonly code = 'mail_server';
}

/** The domain of `GreenVue <no-reply@greenvue.local>`. */
export function domainOf(mailFrom: string): string {
  return /@([^\s<>@]+)>?$/.exec(mailFrom)?.[1] ?? 'localhost';
}
