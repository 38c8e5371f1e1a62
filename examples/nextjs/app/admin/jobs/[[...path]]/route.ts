import { createConsoleFetchHandler } from '@greenvue/console/fetch';

const page = createConsoleFetchHandler({
  prefix: '/admin/jobs',
  api: '/admin/api',
  signInUrl: '/login',
  signOutUrl: '/logout',
});

export const GET = (request: Request) => page(request);
