import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import type { NotificationDelivery } from '../notifications/delivery/delivery.ts';
import { TEMPLATE_NAMES } from '../notifications/templates.ts';

/**
 * Sends every due notification of a template by e-mail. An unreachable mail server fails the attempt; the
 * retry continues with the unsent notifications.
 */
export const sendNotifications = defineJobType({
  type: 'send_notifications',
  description: 'Sends the due notifications of a template by e-mail, in batches.',
  module: import.meta.url,
  payload: z.object({
    template: z.enum(TEMPLATE_NAMES).default('default'),
    batchSize: z.int().min(1).max(1_000).default(50),
  }),
  operatorsMaySet: ['template', 'batchSize'],
  // The notifications themselves say what is sent; the report of a run counts all of its attempts.
  checkpoint: z.object({ sent: z.int(), failed: z.int() }),
  run: async (ctx, { notificationDelivery }: { readonly notificationDelivery: NotificationDelivery }) => {
    const { template, batchSize } = ctx.payload;
    ctx.log.info(`Sending the due notifications of the template "${template}", ${batchSize} at a time.`);
    const report = await notificationDelivery.sendDue({
      ...ctx.payload,
      run: ctx.run,
      signal: ctx.signal,
      progress: (done, total) => ctx.progress(done, total),
      resume: { from: ctx.lastCheckpoint, save: ctx.checkpoint },
    });
    const { sent, failed, remaining } = report;
    ctx.log.info(`Notifications sent: ${sent}, left to another sender: ${remaining}.`);
    if (failed > 0) ctx.log.warn(`Notifications refused or put off: ${failed}. Their records say why.`);
    return report;
  },
});
