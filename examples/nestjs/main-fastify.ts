import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import secureSession from '@fastify/secure-session';
import { consolePlugin } from '@greenvue/console/fastify';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import { JobsService } from './jobs.ts';
import { authorize } from './login.ts';

declare module '@fastify/secure-session' {
  interface SessionData {
    user: string;
  }
}

const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 128 } });
const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter);

// The session. With a random key, a restart signs everybody out: in production, use a key of your own.
await app.register(secureSession, {
  key: randomBytes(32),
  cookie: { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' },
});

// The REST API, and the console.
await app.register(jobsPlugin, {
  prefix: '/admin/api',
  engine: app.get(JobsService).engine,
  authorize: (request, need) => authorize(request.session.user, need),
});
await app.register(consolePlugin, {
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});

try {
  await app.listen(Number(process.env.PORT ?? 3000));
} catch (error) {
  // The engine may have started before the port turned out to be taken.
  await app.close();
  throw error;
}
// Ctrl+C and SIGTERM stop the engine. Before this line, they end the process at once.
app.enableShutdownHooks();
