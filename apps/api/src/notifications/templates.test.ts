import { expect, test } from 'vitest';
import {
  createTemplates,
  TEMPLATE_NAMES,
  TEMPLATES,
  TemplateDataError,
  type TemplateName,
} from './templates.ts';

const templates = createTemplates();

const DATA: Readonly<Record<TemplateName, object>> = {
  default: { title: 'News', message: 'One\nTwo' },
  confirm_email: { link: 'https://shop.example/confirm-email#gvc_x', token: 'gvc_x' },
  welcome: {},
  listing_expired: { title: 'Old lamp' },
  seller_digest: { active: 3, added: 2, expiring: 1, titles: ['Old lamp', 'Chair'] },
};

test('the mail to a new address has the link and nothing that a user wrote', () => {
  const mail = templates.render('confirm_email', { name: 'Eve' }, DATA.confirm_email);
  for (const part of [mail.text, mail.html])
    expect(part).toContain('https://shop.example/confirm-email#gvc_x');
  expect(JSON.stringify(mail)).not.toContain('Eve');
});

test.each(TEMPLATE_NAMES)('%s renders whole in all its parts', (name) => {
  const mail = templates.render(name, { name: 'Ann' }, DATA[name]);
  for (const part of [mail.subject, mail.text, mail.html]) {
    expect(part.trim()).not.toBe('');
    expect(part).not.toMatch(/undefined|\[object|<%|%>/);
  }
  expect(mail.text).toContain('Ann');
});

test('every template has a name in the list, and every name a template', () => {
  expect(Object.keys(TEMPLATES).toSorted()).toEqual([...TEMPLATE_NAMES, 'confirm_email'].toSorted());
});

test('markup in data is text in the HTML part, and stays as it is in the text part', () => {
  const evil = `<script>alert("x")</script> & 'y'`;
  const mail = templates.render('default', { name: evil }, { title: evil, message: evil });
  expect(mail.html).not.toContain('<script>');
  expect(mail.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;');
  expect(mail.text).toContain(evil);
});

test('template code in data is not run', () => {
  const mail = templates.render(
    'default',
    { name: 'Ann' },
    { title: '<%= 6 * 7 %>', message: '<% throw 1 %>' },
  );
  expect(mail.subject).toBe('<%= 6 * 7 %>');
});

test('a line break in data can not add a header', () => {
  const { subject } = templates.render(
    'default',
    { name: 'A' },
    { title: 'Hi\r\nBcc: eve@example.com', message: 'm' },
  );
  expect(subject).toBe('Hi Bcc: eve@example.com');
});

test('text of a user contains no link in any part, reads as before, and cannot reverse its direction', () => {
  const evil = 'See https://evil.example/x\nor www.evil.example \u202Eabc';
  const visible = 'See https://evil.example/x or www.evil.example';
  const expired = templates.render('listing_expired', { name: 'evil.example' }, { title: evil });
  const digest = templates.render(
    'seller_digest',
    { name: evil },
    { active: 1, added: 1, expiring: 0, titles: [evil] },
  );
  for (const part of [expired.subject, expired.text, expired.html, digest.text, digest.html]) {
    expect(part).not.toMatch(/:\/\/|evil\.example|\u202E|www\.evil/);
    expect(part.replaceAll('\u200B', '')).toContain(visible);
  }
  expect(
    templates.render('listing_expired', { name: 'A' }, { title: 'Lamp, 2.5 m, no. 7' }).subject,
  ).toContain('Lamp, 2.5 m, no. 7');
});

test('data that a template can not show is refused', () => {
  expect(() => templates.render('default', { name: 'Ann' }, { title: 'x' })).toThrow(TemplateDataError);
  expect(() => templates.render('seller_digest', { name: 'Ann' }, {})).toThrow(TemplateDataError);
});
