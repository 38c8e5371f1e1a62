import { useParams } from 'wouter';

/** The path of a job's page. */
export function jobPath(id: string): string {
  return `/jobs/${encodedId(id)}`;
}

export function editPath(id: string): string {
  return `${jobPath(id)}/edit`;
}

/** The path of the form for a new job, filled in from this one. */
export function copyPath(id: string): string {
  return `/jobs/new?copy=${encodeURIComponent(id)}`;
}

export function runPath(id: string): string {
  return `/runs/${encodedId(id)}`;
}

export function jobTypePath(type: string): string {
  return `/job-types/${encodeURIComponent(type)}`;
}

interface DailyTime {
  readonly hour: number;
  readonly minute: number;
  /** An IANA name. */
  readonly timezone: string;
}

/** The path of the form for a new job, with a schedule filled in that runs each day at this time. */
export function newDailyJobPath({ hour, minute, timezone }: DailyTime): string {
  return `/jobs/new?${new URLSearchParams({ cron: `${minute} ${hour} * * *`, timezone })}`;
}

/** The page that compares two runs. Without the first one: with the last success before the second one. */
export function comparePath(a: string | undefined, b: string): string {
  return `/compare?${new URLSearchParams({ ...(a === undefined ? {} : { a }), b })}`;
}

/**
 * The causes of failures of 7 days: of all jobs, one job or one cause. Links to it are often opened days
 * after a failure.
 */
export function failuresPath(only: { readonly job_id?: string; readonly fingerprint?: string } = {}): string {
  return `/failures?${new URLSearchParams({ ...only, range: '7d' })}`;
}

/** The id in the path of the current page. */
export function useIdInPath(): string {
  const { id = '' } = useParams();
  return decodedId(id);
}

/** Encodes an id for a path. A job may be called "new" in any case, which is also the path of the form. */
function encodedId(id: string): string {
  if (/^new$/i.test(id)) return `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  return encodeURIComponent(id.toWellFormed());
}

/** A path segment that is not valid percent-encoding is returned as it is. */
export function decodedId(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
