import { greet, startedJobs } from '../../../jobs.js';

export async function GET(request) {
  const jobs = await startedJobs();
  const name = request.nextUrl.searchParams.get('name');
  let { view } = await jobs.enqueue(greet, { name });
  while (!view.run.finishedAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    view = await jobs.getRun(view.run.id);
  }
  return Response.json(JSON.parse(view.run.result));
}
