import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { createConsoleNodeHandler } from '@greenvue/console/node';
import { createNodeHandler } from '@greenvue/jobs/node';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import session from 'express-session';
import { JobsService } from './jobs.ts';
import { authorize } from './login.ts';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

/** Adds the session, the REST API and the console. End-to-end tests call this, too, before `app.init()`. */
export function mountJobs(app: NestExpressApplication) {
  // In production, use a secret of your own, and a session store such as connect-redis.
  app.use(
    session({
      secret: randomUUID(),
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'strict', secure: 'auto' },
    }),
  );

  const jobs = app.get(JobsService);
  const api = createNodeHandler<Request>({
    engine: jobs.engine,
    prefix: '/admin/api',
    authorize: (request, need) => authorize(request.session.user, need),
  });
  jobs.endConnections = () => {
    api.close();
    // A connection is idle after its last response.
    const server: Server = app.getHttpServer();
    const timer = setInterval(() => server.closeIdleConnections(), 100);
    server.once('close', () => clearInterval(timer));
  };
  app.use(api);
  app.use(
    createConsoleNodeHandler({
      prefix: '/admin/jobs',
      api: '/admin/api',
      signInUrl: '/login',
      signOutUrl: '/logout',
    }),
  );
}
