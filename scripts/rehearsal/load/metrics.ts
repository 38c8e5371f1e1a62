/** Figures of `/metrics` by name, with labels as Prometheus writes them. */
export async function readMetrics(
  url: string,
  timeoutMs: number,
): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
    const text = await answer.text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  } catch {
    // An overloaded or restarting server has no figures.
    return undefined;
  }
}
