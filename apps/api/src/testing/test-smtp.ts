import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A mail server on this machine that keeps what it takes; gone when the test is over. */
export interface TestSmtp {
  readonly url: string;
  readonly received: { readonly to: readonly string[]; readonly message: string }[];
  /** The Message-ID of each message, in the order of arrival. */
  messageIds(): string[];
  close(): Promise<void>;
}

/** An answer such as `550 no such user`, as smtp-server takes it. */
export function smtpError(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

/** On any free port unless told. */
export async function startSmtp(options: SMTPServerOptions = {}, port = 0): Promise<TestSmtp> {
  const received: TestSmtp['received'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      text(stream).then(
        (message) => {
          received.push({ to: session.envelope.rcptTo.map(({ address }) => address), message });
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
    ...options,
  });
  // A connection that breaks off is no fault of the server.
  server.on('error', () => undefined);
  const listener = server.listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  onTestFinished(close);
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    received,
    messageIds: () => received.map(({ message }) => /^Message-ID: (.+)$/im.exec(message)?.[1] ?? ''),
    close,
  };
}
