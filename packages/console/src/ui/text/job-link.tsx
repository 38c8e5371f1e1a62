import { Link } from 'wouter';
import { jobPath } from '../paths.ts';
import { Plain } from './text.tsx';

interface JobLinkProps {
  readonly id: string;
  readonly name: string;
}

/** A job by its name, which leads to its page; its id is the title. */
export function JobLink({ id, name }: JobLinkProps) {
  return (
    <Link href={jobPath(id)} title={id}>
      <Plain>{name}</Plain>
    </Link>
  );
}
