import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useRef } from 'react';
import { Link } from 'wouter';
import { useKeys } from '../keyboard/keys.ts';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { FilterBar } from './filter/filter-bar.tsx';
import { useJobFilters } from './filter/use-job-filters.ts';
import { JobList } from './job-list.tsx';
import classes from './jobs.module.css';
import { useFillHeight } from './use-fill-height.ts';

/** Below this width the rows are cards. */
const SMALL = '(max-width: 64em)';

/** All jobs: search, filters, and actions on one or many of them. */
export function JobsPage() {
  const { admin } = useMay();
  const [filters, changeFilters] = useJobFilters();
  const isSmall = useMediaQuery(SMALL, undefined, { getInitialValueInEffect: false });
  const searchRef = useRef<HTMLInputElement>(null);
  const fill = useFillHeight();
  const search = (): void => {
    searchRef.current?.focus();
    searchRef.current?.select();
  };
  useKeys([{ key: '/', does: 'Search', run: search }]);
  return (
    <Page title="Jobs" actions={admin ? <NewJobButton /> : undefined}>
      <FilterBar filters={filters} onChange={changeFilters} searchRef={searchRef} isSmall={isSmall} />
      <div ref={fill} className={classes.list} data-small={isSmall}>
        <JobList filters={filters} changeFilters={changeFilters} isSmall={isSmall} />
      </div>
    </Page>
  );
}

function NewJobButton() {
  return (
    <Button component={Link} href="/jobs/new" leftSection={<PlusIcon />}>
      New job
    </Button>
  );
}
