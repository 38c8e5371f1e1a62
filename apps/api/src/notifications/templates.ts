import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import { z } from 'zod';

const line = z.string().min(1).max(200);
/** What a user wrote. */
const userText = line.transform(withoutLinks);

/**
 * Every template, with what its files (`templates/<name>.{subject,text,html}.eta`) show. The recipient's
 * `name` comes with the message and is in no schema.
 */
export const TEMPLATES = {
  default: z.strictObject({ title: line, message: z.string().min(1).max(10_000) }),
  /** Sent by the accounts themselves, and no notification: what it shows is a secret. */
  confirm_email: z.strictObject({ link: z.url(), token: line }),
  welcome: z.strictObject({}),
  listing_expired: z.looseObject({ title: userText }),
  seller_digest: z.strictObject({
    active: z.int().min(0),
    added: z.int().min(0),
    expiring: z.int().min(0),
    titles: z.array(userText).max(20),
  }),
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/** The names of the templates of notifications, in the form that `z.enum` takes. */
export const TEMPLATE_NAMES = [
  'default',
  'welcome',
  'listing_expired',
  'seller_digest',
] as const satisfies TemplateName[];

export interface RenderedMail {
  /** One line, without control characters. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders messages from the templates, which are read and compiled once. */
export interface Templates {
  /** Throws a {@link TemplateDataError} when `data` is not what the template shows. */
  render(template: TemplateName, recipient: { readonly name: string }, data: unknown): RenderedMail;
}

/** The data of a message doesn't fit its template: no retry can mend that. */
export class TemplateDataError extends Error {
  override readonly name = 'TemplateDataError';
  readonly code = 'template_data';
}

/** Reads and compiles all templates. */
export function createTemplates(): Templates {
  const plain = new Eta({ autoEscape: false });
  const escaped = new Eta();
  const sourceOf = (file: string): string =>
    readFileSync(new URL(`./templates/${file}.eta`, import.meta.url), 'utf8');
  for (const name of Object.keys(TEMPLATES)) {
    plain.loadTemplate(`@${name}.subject`, sourceOf(`${name}.subject`));
    plain.loadTemplate(`@${name}.text`, sourceOf(`${name}.text`));
    escaped.loadTemplate(`@${name}.html`, sourceOf(`${name}.html`));
  }
  escaped.loadTemplate('@layout.html', sourceOf('layout.html'));
  return {
    render: (template, recipient, data) => {
      const checked = TEMPLATES[template].safeParse(data);
      if (!checked.success) throw new TemplateDataError(`${template}: ${z.prettifyError(checked.error)}`);
      const shown = { ...checked.data, name: withoutLinks(recipient.name) };
      const subject = oneLine(plain.render(`@${template}.subject`, shown));
      const body = escaped.render(`@${template}.html`, shown);
      return {
        subject,
        text: plain.render(`@${template}.text`, shown),
        html: escaped.render('@layout.html', { subject, body }),
      };
    },
  };
}

/** A line break in a header would start another header. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

const ZERO_WIDTH_SPACE = '\u200B';

/**
 * The text on one line, without links for a mail program: a zero-width space follows `:` before `//`, and
 * dots between letters. It reads as before. Characters that reverse the direction of the text are left out.
 */
function withoutLinks(text: string): string {
  return oneLine(text)
    .replace(/[\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, ' ')
    .replace(/:(?=\/\/)|(?<=[\p{L}\p{N}-])\.(?=[\p{L}\p{N}-]*\p{L})/gu, (found) => found + ZERO_WIDTH_SPACE);
}
