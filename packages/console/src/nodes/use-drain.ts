import { drainNode, resumeNode } from '@greenvue/jobs/client';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useIsScoped, useMay } from '../session/session.tsx';
import { isolated } from '../ui/text/text.tsx';

export type DrainCommand = 'drain' | 'resume';

interface Variables {
  readonly command: DrainCommand;
  readonly node: string;
  /** What people call the node. */
  readonly name: string;
}

/** Whether the viewer may drain nodes. */
export function useMayDrain(): boolean {
  const { operate } = useMay();
  const isScoped = useIsScoped();
  return operate && !isScoped;
}

/** Drains or resumes a node. */
export function useDrain() {
  return useAction({
    send: (connection, { command, node }: Variables) =>
      command === 'drain' ? drainNode(connection, node) : resumeNode(connection, node),
    onDone: (_, { command, name }, client) => {
      announceDone(command === 'drain' ? `${isolated(name)} is drained.` : `${isolated(name)} works again.`);
      for (const queryKey of [queryKeys.nodes(), queryKeys.stats(), queryKeys.audit()])
        void client.invalidateQueries({ queryKey });
    },
    failure: ({ command, name }) =>
      command === 'drain' ? `${isolated(name)} was not drained` : `${isolated(name)} was not resumed`,
  });
}
