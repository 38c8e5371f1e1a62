import { createFetchHandler } from '@greenvue/jobs/fetch';
import { authorizeUser } from '../../../../../login.ts';
import { jobs } from '../../../../jobs.ts';

const handle = createFetchHandler({
  engine: jobs,
  prefix: '/admin/api',
  authorize: (request, need) => authorizeUser(request.headers.get('authorization') ?? undefined, need),
});
const route = (request: Request) => handle(request);

export { route as DELETE, route as GET, route as PATCH, route as POST, route as PUT };
