import { greet, startedJobs } from '../../../jobs.js';

export async function GET(request) {
  const jobs = await startedJobs();
  const name = request.nextUrl.searchParams.get('name');
  let { run } = await jobs.enqueue(greet, { name });
  while (!run.finishedAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    ({ run } = await jobs.getRun(run.id));
  }
  return Response.json(JSON.parse(run.result));
}
