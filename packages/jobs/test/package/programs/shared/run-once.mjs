/** Runs a job type once, and returns the finished run. */
export async function runOnce(jobs, type, payload) {
  let { view } = await jobs.enqueue(type, payload);
  while (!view.run.finishedAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    view = await jobs.getRun(view.run.id);
  }
  return { id: view.run.id, result: JSON.parse(view.run.result) };
}
