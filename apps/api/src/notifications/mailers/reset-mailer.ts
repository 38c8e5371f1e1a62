import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import { newId } from '../../db/ids.ts';
import { type Mailer, MailServerError } from './mailer.ts';

const SUBJECT = 'Set a new password for GreenVue';
const SEND_MS = 30_000;

/**
 * Mails links that set a new password, at once and beside the notifications: a stored notification would keep
 * the link in plain text. The mail shows nothing that somebody else could have written.
 */
export function createResetMailer(mailer: Mailer) {
  const plain = new Eta({ autoEscape: false });
  const escaped = new Eta();
  const sourceOf = (file: string): string =>
    readFileSync(new URL(`../templates/${file}.eta`, import.meta.url), 'utf8');
  plain.loadTemplate('@reset.text', sourceOf('password_reset.text'));
  escaped.loadTemplate('@reset.html', sourceOf('password_reset.html'));
  escaped.loadTemplate('@layout.html', sourceOf('layout.html'));
  return {
    send: async ({ address, link }: { readonly address: string; readonly link: string }): Promise<void> => {
      const body = escaped.render('@reset.html', { link });
      const outcome = await mailer.send(
        {
          messageId: `${newId()}@${mailer.domain}`,
          to: { name: '', address },
          subject: SUBJECT,
          text: plain.render('@reset.text', { link }),
          html: escaped.render('@layout.html', { subject: SUBJECT, body }),
        },
        AbortSignal.timeout(SEND_MS),
      );
      if (outcome.status !== 'sent') throw new MailServerError(`The mail was not taken: ${outcome.detail}`);
    },
  };
}
