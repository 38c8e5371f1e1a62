import { useViewer } from '../session/session.tsx';
import { useHasAccounts } from '../ui/config/config.tsx';
import { capital } from '../ui/text/capital.ts';
import { Plain } from '../ui/text/text.tsx';
import { ENGINE_ACTOR, PROGRAM_ACTOR } from './job-mark.ts';
import { useUser } from './queries/queries.ts';

/** Who pauses a job whose failure budget is used up. */
const BUDGET_ACTOR = 'engine';

interface ActorProps {
  /** GreenVue: `user:<id>`, `token:<id>`, or a system component. Other apps: any text. */
  readonly actor: string;
  /** Begins a sentence. */
  readonly isFirst?: boolean;
}

/** Who did something; the viewer is "you". */
export function Actor({ actor, isFirst = false }: ActorProps) {
  const text = useActorName(actor);
  const isName = text === actor;
  return <Plain>{isFirst && !isName ? capital(text) : text}</Plain>;
}

/** {@link Actor} as a text. Only GreenVue has names of users, for admins. */
export function useActorName(actor: string): string {
  const isMe = actor === useViewer().actor;
  const hasAccounts = useHasAccounts();
  const [, kind, id = ''] = /^(user|token):(.+)$/.exec(actor) ?? [];
  const user = useUser(id, kind === 'user' && !isMe);
  if (isMe) return 'you';
  if (actor === ENGINE_ACTOR || actor === BUDGET_ACTOR) return 'the engine';
  if (actor === PROGRAM_ACTOR) return 'a program';
  if (!hasAccounts) return actor;
  if (kind === 'token') return 'an API token';
  if (kind === 'user') return user.data?.name ?? 'another user';
  return actor;
}
