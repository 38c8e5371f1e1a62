import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { domainOf, type Mailer, MailServerError } from './mailer.ts';

export interface FileMailerOptions {
  /** Made when missing. */
  readonly folder: string;
  readonly from: string;
}

/**
 * Writes each message as an `.eml` file named after its id, whole or not at all: a mail server for one's own
 * machine.
 */
export function createFileMailer({ folder, from }: FileMailerOptions): Mailer {
  const composer = nodemailer.createTransport(
    {
      streamTransport: true,
      buffer: true,
      newline: 'windows',
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
  return {
    inFlight: 8,
    domain: domainOf(from),
    send: async (mail) => {
      const { message } = await composer.sendMail({ ...mail });
      const path = join(folder, `${mail.messageId.replaceAll(/[^A-Za-z0-9._@-]/g, '_')}.eml`);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(`${path}.part`, message, { mode: 0o600 });
        await rename(`${path}.part`, path);
      } catch (error) {
        throw new MailServerError(`Can't write mail to ${folder}`, { cause: error });
      }
      return { status: 'sent' };
    },
    close: async () => composer.close(),
  };
}
