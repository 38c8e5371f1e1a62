import type { JobType, Run, Stats } from '@greenvue/jobs/client';

/** Advice about an unhealthy job, in plain sentences. */
export interface Advice {
  readonly title: string;
  readonly sentences: readonly string[];
  /** The error message of the handler. */
  readonly quote?: string;
  readonly link?: { readonly label: string; readonly href: string };
  /** The action that the page offers as a button. */
  readonly command?: 'resume';
}

/** Further input of the advice. Each value may not be read yet. */
export interface AdviceFacts {
  /** The run that `runToLookAt` asks for. */
  readonly run?: Run | undefined;
  readonly stats?: Stats | undefined;
  /** The limits of the job's type, if it has some. */
  readonly limits?: JobType['limits'] | undefined;
}

/** Where places and nodes are. */
export const OVERVIEW = { label: 'Show the nodes', href: '/' } as const;
