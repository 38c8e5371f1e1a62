import { createConsoleFetchHandler } from '@greenvue/console/fetch';

const jobsConsole = createConsoleFetchHandler({ prefix: '/admin/jobs', api: '/admin/api' });

export const GET = (request: Request) => jobsConsole(request);
