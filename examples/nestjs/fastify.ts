import 'reflect-metadata';
import { consolePlugin } from '@greenvue/console/fastify';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';
import { AppModule } from './app.module.ts';
import { JobsService } from './jobs.module.ts';

const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 128 }, forceCloseConnections: true });
const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter);
const engine = app.get(JobsService).engine;
await app.register(async (admin: FastifyInstance) => {
  admin.addHook('onRequest', async (request, reply) => {
    if (userOf(request.headers.authorization) === undefined)
      await reply.code(401).headers(ASK_FOR_PASSWORD).send('Sign in first.');
  });
  await admin.register(jobsPlugin, {
    prefix: '/admin/api',
    engine,
    authorize: (request, need) => authorizeUser(request.headers.authorization, need),
  });
  await admin.register(consolePlugin, { prefix: '/admin/jobs', api: '/admin/api' });
});

// Stops the engine at SIGTERM.
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000));
