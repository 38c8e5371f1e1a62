import { createFetchHandler } from '@greenvue/jobs/fetch';
import { jobs, stopping } from '../../../../jobs.ts';
import { authorize } from '../../../../login.ts';
import { session } from '../../../../session.ts';

const handle = createFetchHandler({
  engine: jobs,
  prefix: '/admin/api',
  authorize: async (_request, need) => authorize((await session()).user, need),
});
stopping.signal.addEventListener('abort', () => handle.close());
const route = (request: Request) => handle(request);

export { route as DELETE, route as GET, route as PATCH, route as POST, route as PUT };
