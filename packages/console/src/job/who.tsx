import { Plain } from '../parts/text.tsx';
import { useMe } from '../session/session.tsx';

interface WhoProps {
  /** `user:<id>`, `token:<id>`, or what acted by itself. */
  readonly actor: string;
  /** For people, where the server knows one. */
  readonly name?: string | null;
}

/** Who did something; the viewer is "you". */
export function Who({ actor, name = null }: WhoProps) {
  const me = useMe();
  const kind = me.kind === 'user' ? 'user' : 'token';
  if (actor === `${kind}:${me.id}`) return 'you';
  return <Plain>{name ?? actor}</Plain>;
}
