import { isIP } from 'node:net';
import { isAllowEntry } from '@greenvue/jobs';
import { z } from 'zod';

/** TRUST_PROXY in the forms of Fastify's `trustProxy`. */
export const trustProxy = z
  .string()
  .default('false')
  .transform((text, issues) => {
    if (text === 'true' || text === 'false') return text === 'true';
    if (/^\d{1,2}$/.test(text)) return Number(text);
    if (words(text).every(isNetwork)) return words(text);
    issues.addIssue({
      code: 'custom',
      message:
        'must be true, false, a number of proxies, or addresses and networks separated by commas, such as 10.0.0.0/8,127.0.0.1.',
    });
    return z.NEVER;
  });

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128);
}

/** CORS_ORIGINS as a list of origins. */
export const corsOrigins = z
  .string()
  .default('')
  .transform((text, issues) => {
    const wrong = words(text).find((origin) => URL.parse(origin)?.origin !== origin);
    if (wrong === undefined) return words(text);
    issues.addIssue({
      code: 'custom',
      message: `has ${JSON.stringify(wrong)}, which is not an origin. Write origins such as https://example.com, separated by commas.`,
    });
    return z.NEVER;
  });

/** OUTBOUND_ALLOW as a list for the engine's option `outbound`. */
export const outboundAllow = z
  .string()
  .default('')
  .transform((text, issues) => {
    const wrong = words(text).find((entry) => !isAllowEntry(entry));
    if (wrong === undefined) return words(text);
    issues.addIssue({
      code: 'custom',
      message: `has ${JSON.stringify(wrong)}, which is no address, range or host name. Write addresses such as 10.1.2.3, ranges such as 10.0.0.0/8 and names such as mail.internal, separated by commas.`,
    });
    return z.NEVER;
  });

/** A URL that the engine sends requests to. Everybody who knows the URL can do the same. */
export const heartbeatUrl = z
  .string()
  .max(2_000, 'is too long: it must have at most 2,000 characters.')
  .refine(
    (text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '') && !/\s/.test(text),
    'must be an address that begins with https:// or http://, such as https://hc-ping.com/….',
  );

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}
