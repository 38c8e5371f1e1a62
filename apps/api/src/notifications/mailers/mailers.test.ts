import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../testing/test-database.ts';
import { smtpError, startSmtp } from '../../testing/test-smtp.ts';
import { createFileMailer } from './file-mailer.ts';
import { type Mail, MailServerError } from './mailer.ts';
import { createSmtpMailer } from './smtp-mailer.ts';

const from = 'GreenVue <no-reply@shop.example>';
const never = new AbortController().signal;

const mail: Mail = {
  messageId: '1@shop.example',
  to: { name: 'Ann', address: 'ann@example.com' },
  subject: 'Hello',
  text: 'Plain words',
  html: '<p>Rich words</p>',
};

function mailerTo(url: string) {
  const mailer = createSmtpMailer({ url, from });
  onTestFinished(() => mailer.close());
  return mailer;
}

test('a message arrives whole, under its id', async () => {
  const smtp = await startSmtp();
  expect(await mailerTo(smtp.url).send(mail, never)).toEqual({ status: 'sent' });
  const [{ to, message } = { to: [], message: '' }] = smtp.received;
  expect(to).toEqual(['ann@example.com']);
  expect(message).toMatch(/^From: GreenVue <no-reply@shop\.example>\r?$/m);
  expect(message).toMatch(/^To: Ann <ann@example\.com>\r?$/m);
  expect(message).toMatch(/^Message-ID: <1@shop\.example>\r?$/m);
  expect(message).toContain('Plain words');
  expect(message).toContain('<p>Rich words</p>');
});

test('nothing in a message can add a header or a recipient', async () => {
  const smtp = await startSmtp();
  const evil = 'x\r\nBcc: eve@example.com\r\n\r\nbody';
  await mailerTo(smtp.url).send(
    { ...mail, subject: evil, to: { name: `${evil}, "a`, address: mail.to.address } },
    never,
  );
  const [{ to, message } = { to: [], message: '' }] = smtp.received;
  expect(to).toEqual(['ann@example.com']);
  const headers = message.split(/\r?\n\r?\n/)[0] ?? '';
  expect(headers).not.toMatch(/^Bcc:/im);
});

test('an address with more than an address in it reaches nobody else', async () => {
  const smtp = await startSmtp();
  const to = { name: '', address: 'ann@example.com>\r\nRCPT TO:<eve@example.com' };
  await mailerTo(smtp.url).send({ ...mail, to }, never);
  expect(smtp.received.flatMap((one) => one.to)).not.toContain('eve@example.com');
});

test('an address that the server refuses for good is refused', async () => {
  const smtp = await startSmtp({
    onRcptTo: (_address, _session, done) => done(smtpError(550, 'no such user')),
  });
  expect(await mailerTo(smtp.url).send(mail, never)).toEqual({
    status: 'refused',
    detail: expect.stringContaining('no such user'),
  });
});

test('an address that the server puts off is deferred', async () => {
  const smtp = await startSmtp({
    onRcptTo: (_address, _session, done) => done(smtpError(450, 'greylisted')),
  });
  expect(await mailerTo(smtp.url).send(mail, never)).toMatchObject({ status: 'deferred' });
});

test('a message that the server refuses for what it says is refused', async () => {
  const smtp = await startSmtp({
    onData: (stream, _session, done) => {
      stream.on('end', () => done(smtpError(554, 'spam'))).resume();
    },
  });
  expect(await mailerTo(smtp.url).send(mail, never)).toMatchObject({ status: 'refused' });
});

test('a server that is down, refuses the sender or the login is a fault of the server, not of the message', async () => {
  const down = await startSmtp();
  await down.close();
  await expect(mailerTo(down.url).send(mail, never)).rejects.toThrow(MailServerError);
  const noSender = await startSmtp({
    onMailFrom: (_address, _session, done) => done(smtpError(553, 'not you')),
  });
  await expect(mailerTo(noSender.url).send(mail, never)).rejects.toThrow(MailServerError);
  const noLogin = await startSmtp({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(smtpError(535, 'wrong password')),
  });
  const withLogin = noLogin.url.replace('smtp://', 'smtp://me:hunter2@');
  const failed = mailerTo(withLogin).send(mail, never);
  await expect(failed).rejects.toThrow(MailServerError);
  await expect(failed).rejects.not.toThrow('hunter2');
});

/** The same server under an address that counts as another machine. */
const fromAfar = (url: string) => url.replace('smtp://127.0.0.1', 'smtp://me:hunter2@0.0.0.0');

test('a password for another machine is never sent without TLS', async () => {
  const passwords: unknown[] = [];
  const onAuth: SMTPServerOptions['onAuth'] = ({ password }, { secure }, done) => {
    passwords.push({ password, secure });
    done(null, { user: 'me' });
  };
  const plain = await startSmtp({ allowInsecureAuth: true, onAuth });
  await expect(mailerTo(fromAfar(plain.url)).send(mail, never)).rejects.toThrow(
    /STARTTLS.*SMTP_URL has a password, which GreenVue sends over TLS only\. Use a mail server with STARTTLS/,
  );
  expect(passwords).toEqual([]);
  expect(plain.received).toEqual([]);

  const encrypted = await startSmtp({ disabledCommands: [], onAuth });
  await expect(mailerTo(fromAfar(encrypted.url)).send(mail, never)).rejects.toThrow('certificate');
  expect(passwords).toEqual([]);
  const trusting = `${fromAfar(encrypted.url)}?tls.rejectUnauthorized=false`;
  expect(await mailerTo(trusting).send(mail, never)).toEqual({ status: 'sent' });
  expect(passwords).toEqual([{ password: 'hunter2', secure: true }]);
});

test('without a server a message becomes an .eml file, whole, named after its id', async () => {
  const folder = join(await temporaryFolder(), 'outbox');
  const mailer = createFileMailer({ folder, from });
  expect(await mailer.send(mail, never)).toEqual({ status: 'sent' });
  expect(await mailer.send(mail, never)).toEqual({ status: 'sent' });
  expect(await readdir(folder)).toEqual(['1@shop.example.eml']);
  const content = await readFile(join(folder, '1@shop.example.eml'), 'utf8');
  expect(content).toContain('Subject: Hello');
  expect(content).toContain('Rich words');
});

test('an id can not leave the outbox', async () => {
  const folder = join(await temporaryFolder(), 'outbox');
  await createFileMailer({ folder, from }).send({ ...mail, messageId: '../../etc/passwd' }, never);
  expect(await readdir(folder)).toEqual(['.._.._etc_passwd.eml']);
});

test('an outbox that can not be written to is a fault of the server', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  await expect(createFileMailer({ folder: file, from }).send(mail, never)).rejects.toThrow(MailServerError);
});
