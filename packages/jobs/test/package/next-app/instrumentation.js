export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startedJobs } = await import('./jobs.js');
  await startedJobs();
}
