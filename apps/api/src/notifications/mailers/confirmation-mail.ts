import type { Templates } from '../templates.ts';
import type { Mailer } from './mailer.ts';

export interface ConfirmationMailDeps {
  readonly mailer: Mailer;
  readonly templates: Templates;
  /** Where people reach GreenVue, such as `https://shop.example`. */
  readonly publicUrl: string;
  readonly newId: () => string;
}

/** Sends the mail with which somebody confirms an address: nothing in it is the text of a user. */
export function createConfirmationMail({ mailer, templates, publicUrl, newId }: ConfirmationMailDeps) {
  return {
    send: async (address: string, token: string, signal: AbortSignal): Promise<void> => {
      // In the fragment, which is in no log of a server or a proxy.
      const link = `${publicUrl}/confirm-email#${token}`;
      const rendered = templates.render('confirm_email', { name: '' }, { link, token });
      const outcome = await mailer.send(
        { messageId: `${newId()}@${mailer.domain}`, to: { name: '', address }, ...rendered },
        signal,
      );
      if (outcome.status !== 'sent')
        throw new Error(`The mail server ${outcome.status} it: ${outcome.detail}`);
    },
  };
}
