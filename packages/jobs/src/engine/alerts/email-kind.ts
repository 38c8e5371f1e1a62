import type { Transporter } from 'nodemailer';
import type { Fault } from '../../core/input/fault.ts';
import type { AlertOptions } from '../ports/alerts-port.ts';
import { AlertError, type ChannelConfig, type ChannelKind, unknownFaults } from './channel-kind.ts';

const MOST_ADDRESSES = 20;
const ADDRESS = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,190}$/;
/** Less than the time that a channel gets for a message. */
const ANSWER_MS = 8_000;

/** Sends e-mail over the mail server of the options. */
export function emailKind({ smtp, from }: AlertOptions): ChannelKind {
  let transport: Promise<Transporter> | undefined;
  return {
    faults(config) {
      if (smtp === undefined || from === undefined) return [{ pointer: '', detail: NO_MAIL_SERVER }];
      return [...addressFaults(config), ...unknownFaults(config, ['to'])];
    },
    shown: ({ to }) => ({ to }),
    async send({ id, title, text }, { to }, signal) {
      if (smtp === undefined || from === undefined) throw new AlertError(NO_MAIL_SERVER);
      transport ??= createTransport(smtp);
      const mail = {
        from,
        to: addressesIn(to),
        subject: `[jobs] ${title}`,
        text,
        // The same for each try, so that mail programs show one.
        messageId: `<${id}@${/@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost'}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      };
      await (await transport).sendMail(mail);
    },
    close() {
      transport?.then((open) => open.close()).catch(() => undefined);
    },
  };
}

const NO_MAIL_SERVER =
  'This server has no mail server for alerts. Set `alerts.smtp` and `alerts.from` where the engine is created (SMTP_URL in GreenVue), or use another kind of channel.';

/** The package is needed only for channels of this kind. */
async function createTransport(smtp: string): Promise<Transporter> {
  const { createTransport: create } = await import('nodemailer').catch((error: unknown) => {
    throw new AlertError('Alerts by e-mail need the package nodemailer: npm install nodemailer', {
      cause: error,
    });
  });
  return create({
    url: withTls(smtp),
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    dnsTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A password goes to another machine over TLS only. */
function withTls(smtp: string): string {
  const url = URL.parse(smtp);
  if (url === null || url.password === '' || url.protocol !== 'smtp:' || LOOPBACK.test(url.hostname))
    return smtp;
  return `${smtp}${smtp.includes('?') ? '&' : '?'}requireTLS=true`;
}

function addressesIn(to: unknown): string[] {
  return [to].flat().map(String);
}

function addressFaults({ to }: ChannelConfig): readonly Fault[] {
  const addresses = to === undefined ? [] : [to].flat();
  const isValid = (address: unknown) => typeof address === 'string' && ADDRESS.test(address);
  if (addresses.length > 0 && addresses.length <= MOST_ADDRESSES && addresses.every(isValid)) return [];
  return [
    {
      pointer: '/to',
      detail: `must be an e-mail address, or a list of 1 to ${MOST_ADDRESSES}, such as ["ops@example.com"]`,
    },
  ];
}
