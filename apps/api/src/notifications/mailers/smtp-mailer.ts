import nodemailer from 'nodemailer';
import { domainOf, type Mailer, type MailOutcome, MailServerError } from './mailer.ts';
import { needsTls } from './smtp-url.ts';

export interface SmtpMailerOptions {
  /**
   * `smtp://user:password@host:port`, or `smtps://`. A password for another machine is sent over TLS only:
   * with `smtp://`, a server without STARTTLS gets neither the password nor the mail.
   */
  readonly url: string;
  readonly from: string;
}

const CONNECTIONS = 5;
const ANSWER_MS = 30_000;
// Once a send is to stop, the server gets this long to answer: a message cut off is one that may be sent
// twice.
const GRACE_MS = 5_000;

/** Sends by SMTP, over connections that are kept open. */
export function createSmtpMailer({ url, from }: SmtpMailerOptions): Mailer {
  const transport = nodemailer.createTransport(
    {
      url: needsTls(url) ? `${url}${url.includes('?') ? '&' : '?'}requireTLS=true` : url,
      pool: true,
      maxConnections: CONNECTIONS,
      maxMessages: 1_000,
      // A server may close a connection that it finds idle just when a message is put on it.
      maxRequeues: 1,
      idleTimeout: 10_000,
      connectionTimeout: ANSWER_MS,
      greetingTimeout: ANSWER_MS,
      dnsTimeout: ANSWER_MS,
      socketTimeout: ANSWER_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    inFlight: CONNECTIONS * 2,
    domain: domainOf(from),
    send: async (mail, signal) => {
      const cut = cutAfterGrace(signal);
      try {
        await transport.sendMail({ ...mail, signal: cut.signal });
        return { status: 'sent' };
      } catch (error) {
        return outcomeOf(error);
      } finally {
        cut.release();
      }
    },
    close: async () => transport.close({ force: true }),
  };
}

function cutAfterGrace(signal: AbortSignal): { readonly signal: AbortSignal; release(): void } {
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => cut.abort(signal.reason), GRACE_MS);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    signal: cut.signal,
    release: () => {
      signal.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}

const TLS_REMEDY =
  '. SMTP_URL has a password, which GreenVue sends over TLS only. Use a mail server with STARTTLS, or smtps:// for a server that speaks TLS from the start.';

/**
 * Tells an answer about this message from one about everything we send (RFC 5321: 4yz may pass later, 5yz
 * never).
 */
function outcomeOf(error: unknown): MailOutcome {
  const { code, responseCode, command } = factsOf(error);
  const detail = error instanceof Error ? error.message.slice(0, 500) : String(error);
  // The address could not even be written into the dialogue.
  if (code === 'EENVELOPE' && responseCode === undefined) return { status: 'refused', detail };
  const aboutMessage = command === 'RCPT TO' || command === 'DATA';
  // 421: the server shuts down; 503: the dialogue is out of step. Neither is about the message.
  if (!aboutMessage || responseCode === undefined || responseCode === 421 || responseCode === 503) {
    const remedy = code === 'ETLS' ? TLS_REMEDY : '';
    throw new MailServerError(`The mail server can't send: ${detail}${remedy}`, { cause: error });
  }
  return { status: responseCode >= 500 ? 'refused' : 'deferred', detail };
}

function factsOf(error: unknown): { code: unknown; responseCode: number | undefined; command: unknown } {
  if (!(error instanceof Error)) return { code: undefined, responseCode: undefined, command: undefined };
  const responseCode = 'responseCode' in error ? error.responseCode : undefined;
  return {
    code: 'code' in error ? error.code : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    command: 'command' in error ? error.command : undefined,
  };
}
