import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import session from 'express-session';
import { AppModule } from './app.module.ts';
import { JobsService } from './jobs.ts';
import { authorize } from './login.ts';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true });

// The session. In production, use a secret of your own, and a session store such as connect-redis.
app.use(
  session({
    secret: randomUUID(),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto' },
  }),
);

// The REST API, and the console.
app.use(
  createNodeHandler<Request>({
    engine: app.get(JobsService).engine,
    prefix: '/admin/api',
    authorize: (request, need) => authorize(request.session.user, need),
  }),
);
app.use(createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api', signInUrl: '/login' }));

// Ctrl+C and SIGTERM stop the engine.
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000));
