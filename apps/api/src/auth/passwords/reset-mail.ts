import type { PasswordResets, ResetLink } from './password-resets.ts';

/** Sends a reset link to the owner of an account. Throws when the mail server does not take it. */
export interface ResetMailer {
  send(mail: { readonly address: string; readonly link: string }): Promise<void>;
}

/**
 * Responds to a request for a link before the account is looked up, so that no response reveals whether the
 * account exists.
 */
export interface ResetMails {
  /** False if too many requests are in progress. */
  ask(request: { readonly email: string; readonly address: string }): boolean;
  /** Mails a link that an admin gave. Throws when the mail server does not take it. */
  send(address: string, link: ResetLink): Promise<void>;
  /** Waits for requests in progress. */
  close(): Promise<void>;
}

export interface ResetMailsDeps {
  readonly resets: PasswordResets;
  readonly mailer: ResetMailer;
  readonly logger: { error(fields: object, message: string): void };
}

const MOST_UNDER_WAY = 50;

export function createResetMails({ resets, mailer, logger }: ResetMailsDeps): ResetMails {
  const underWay = new Set<Promise<void>>();
  const answer = async (request: { readonly email: string; readonly address: string }) => {
    try {
      const granted = await resets.ask(request);
      if (granted !== undefined) await mailer.send({ address: granted.user.email, link: granted.link });
    } catch (error) {
      logger.error(
        { err: error },
        'could not mail a password reset link; the owner of the account must request another one',
      );
    }
  };
  return {
    ask: (request) => {
      if (underWay.size >= MOST_UNDER_WAY) return false;
      const work = answer(request).finally(() => underWay.delete(work));
      underWay.add(work);
      return true;
    },
    send: (address, { link }) => mailer.send({ address, link }),
    close: async () => {
      await Promise.all(underWay);
    },
  };
}
