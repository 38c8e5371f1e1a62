import { defineJobType, PermanentError } from '@greenvue/jobs';
import { z } from 'zod';
import { type DemoWorld, isWithin, numberBetween } from '../world.ts';

/** Nordbank refuses the old format of files since these minutes before the end of the seeded day: still. */
const NEW_FORMAT = { from: 58 };

/** Sends the money of sold listings to the sellers, as a file for their bank. */
export function exportPayouts(world: DemoWorld) {
  return defineJobType({
    type: 'export_payouts',
    description: "Sends the sellers' money to a bank, as a file of payouts.",
    payload: z.strictObject({
      bank: z.enum(['nordbank', 'alpenbank', 'iberia']).describe('Whose accounts are paid'),
      format: z
        .enum(['pain.001.001.03', 'pain.001.001.09'])
        .default('pain.001.001.03')
        .describe('The version of the file format (ISO 20022)'),
    }),
    timeout: '2m',
    maxAttempts: 2,
    run: async (ctx) => {
      const { bank, format } = ctx.payload;
      const { sleep } = world.clock;
      const { signal } = ctx;
      const slot = (ctx.run.scheduledFor ?? new Date(world.clock.now())).toISOString().slice(0, 16);
      const payouts = numberBetween(18, 96, `${bank} ${slot}`);
      const euros = payouts * numberBetween(21, 64, `${slot} ${bank}`);
      ctx.log.info(`Collecting the payouts for ${bank}, due by ${slot}Z.`);
      await sleep(1_200 + payouts * 20, { signal });
      const file = `payouts-${bank}-${slot.replaceAll(/[-:T]/g, '')}.xml`;
      ctx.log.info(`${payouts} payouts, ${euros.toLocaleString('en')} EUR, written to ${file}.`, { format });
      ctx.log.info(`Uploading ${file} to sftp.${bank}.example.`);
      await sleep(2_500 + payouts * 10, { signal });
      if (bank === 'nordbank' && format === 'pain.001.001.03' && isWithin(world, NEW_FORMAT))
        refusedByNordbank(ctx.log, { file, format, payouts });
      const reference = `${bank.slice(0, 2).toUpperCase()}-${numberBetween(100_000, 999_999, file)}`;
      ctx.log.info(`Accepted by ${bank}, reference ${reference}.`);
      return { payouts, euros, reference };
    },
  });
}

interface RefusedFile {
  readonly file: string;
  readonly format: string;
  readonly payouts: number;
}

function refusedByNordbank(
  log: { warn(message: string, fields?: Readonly<Record<string, unknown>>): void },
  { file, format, payouts }: RefusedFile,
): never {
  log.warn(`nordbank answered 422 to ${file}.`, {
    code: 'NB-4107',
    message: `Format ${format} is no longer accepted. Send pain.001.001.09.`,
    notice: 'https://developer.nordbank.example/notices/4107',
  });
  log.warn(`None of the ${payouts} payouts was made. No money has moved, so the file can be sent again.`);
  throw new PermanentError(
    `nordbank refused ${file}: NB-4107, format ${format} is no longer accepted, send pain.001.001.09`,
  );
}
