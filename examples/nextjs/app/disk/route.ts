import { checkDisk } from '../../check-disk.ts';
import { jobs } from '../../jobs.ts';

/** Your own routes use jobs, too. The compiler knows the type of `freeGb`. */
export async function GET() {
  const { freeGb } = await jobs.enqueueAndWait(checkDisk, { path: '.' }, { timeout: '10s' });
  return Response.json({ freeGb });
}
