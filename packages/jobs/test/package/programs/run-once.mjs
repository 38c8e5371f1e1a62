/** Creates a job, runs it once, and returns the finished run. */
export async function runOnce(engine, { id, type, payload }) {
  await engine.createJob({ id, name: id, type, payload, onDemand: true });
  let { view } = await engine.trigger(id);
  while (!view.run.finishedAt) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    view = await engine.getRun(view.run.id);
  }
  return { id: view.run.id, result: JSON.parse(view.run.result) };
}
