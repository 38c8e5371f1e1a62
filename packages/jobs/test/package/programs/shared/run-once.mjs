/** Runs a job type once, and returns the finished run. */
export async function runOnce(jobs, type, payload) {
  let { run } = await jobs.enqueue(type, payload);
  while (!run.finishedAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    ({ run } = await jobs.getRun(run.id));
  }
  return { id: run.id, result: JSON.parse(run.result) };
}
