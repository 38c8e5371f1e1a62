import 'reflect-metadata';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { ASK_FOR_PASSWORD, authorizeUser, userOf } from '../login.ts';
import { AppModule } from './app.module.ts';
import { JobsService } from './jobs.module.ts';

const app = await NestFactory.create<NestExpressApplication>(AppModule, { forceCloseConnections: true });
const api = createNodeHandler({
  engine: app.get(JobsService).engine,
  prefix: '/admin/api',
  authorize: (request, need) => authorizeUser(request.headers.authorization, need),
});
app.use('/admin', (request: Request, response: Response, next: NextFunction) => {
  if (userOf(request.headers.authorization) === undefined)
    response.status(401).set(ASK_FOR_PASSWORD).send('Sign in first.');
  else next();
});
// The handlers know their prefix: mount them at the root.
app.use(api);
app.use(createConsoleNodeHandler({ prefix: '/admin/jobs', api: '/admin/api' }));

// Stops the engine at SIGTERM.
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000));
