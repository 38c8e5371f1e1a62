import { useMe } from '../session/session.tsx';
import { Plain } from '../ui/text/text.tsx';
import { useUser } from './queries.ts';

interface ActorProps {
  /** `user:<id>`, `token:<id>`, or the name of a system component. */
  readonly actor: string;
  /** The user's name, if the server sent one. */
  readonly name?: string | null;
}

/** Who did something; the viewer is "you". */
export function Actor({ actor, name = null }: ActorProps) {
  const text = useActorName(actor, name);
  return <Plain>{text}</Plain>;
}

/** {@link Actor} as a text. Only admins see names of users. */
export function useActorName(actor: string, known: string | null = null): string {
  const me = useMe();
  const [, kind, id = ''] = /^(user|token):(.+)$/.exec(actor) ?? [];
  const isMe = kind === (me.kind === 'user' ? 'user' : 'token') && id === me.id;
  const user = useUser(id, kind === 'user' && !isMe && known === null);
  if (isMe) return 'you';
  if (known !== null) return known;
  if (kind === 'token') return 'an API token';
  if (kind === 'user') return user.data?.name ?? 'another user';
  return actor === 'system:enqueue' ? 'the first enqueued run' : actor;
}
