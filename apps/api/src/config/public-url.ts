import { z } from 'zod';

/** PUBLIC_URL without a trailing slash. */
export const publicUrlVariable = z
  .string()
  .transform((text) => text.replace(/\/$/, ''))
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && ['http:', 'https:'].includes(url.protocol) && url.origin === text.toLowerCase();
  }, 'must be the address at which people open the console, without a path, such as https://jobs.example.com.')
  .optional();

/** The base of links in mails: PUBLIC_URL, or the address on which this process listens. */
export function publicUrlOf(given: string | undefined, host: string, port: number): string {
  if (given !== undefined) return given;
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
