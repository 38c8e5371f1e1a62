import { useParams } from 'wouter';

/** Where the page of a job is. */
export function jobPath(id: string): string {
  return `/jobs/${encodedId(id)}`;
}

export function editPath(id: string): string {
  return `${jobPath(id)}/edit`;
}

/** Where a job like it is begun. */
export function copyPath(id: string): string {
  return `/jobs/new?copy=${encodeURIComponent(id)}`;
}

export function runPath(id: string): string {
  return `/runs/${encodedId(id)}`;
}

/** The id in the path of the page that is open. */
export function useIdInPath(): string {
  const { id = '' } = useParams();
  return decodedId(id);
}

/**
 * As a part of a path. A job may be called "new" as well, which is the path of the form, in capitals or not.
 */
function encodedId(id: string): string {
  if (/^new$/i.test(id)) return `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`;
  return encodeURIComponent(id.toWellFormed());
}

/** What is no part of a path that anybody encoded is taken as it stands. */
export function decodedId(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
