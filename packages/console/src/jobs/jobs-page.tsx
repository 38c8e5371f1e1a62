import { Button } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useRef } from 'react';
import { Link } from 'wouter';
import { PauseAllButton } from '../all-paused/pause-all-button.tsx';
import { useKeys } from '../keyboard/keys.ts';
import { Page } from '../page/page.tsx';
import { EnqueueDialog } from '../run-now/enqueue-dialog.tsx';
import { useMay } from '../session/session.tsx';
import { PlayIcon, PlusIcon } from '../ui/icons.tsx';
import { ListTools } from '../views/list-tools.tsx';
import { useLook } from '../views/use-look.ts';
import { FilterBar } from './filter/filter-bar.tsx';
import { writeFilters } from './filter/filters.ts';
import { useJobFilters } from './filter/use-job-filters.ts';
import { JobList } from './job-list.tsx';
import classes from './jobs.module.css';
import { JOB_COLUMNS } from './table/job-columns.ts';
import { useFillHeight } from './use-fill-height.ts';

/** Below this width the rows are cards. */
const SMALL = '(max-width: 50em)';

/** All jobs: search, filters, and actions on one or many of them. */
export function JobsPage() {
  const [filters, changeFilters] = useJobFilters();
  const { look, change: changeLook } = useLook('jobs', JOB_COLUMNS);
  const isSmall = useMediaQuery(SMALL, undefined, { getInitialValueInEffect: false });
  const searchRef = useRef<HTMLInputElement>(null);
  const fill = useFillHeight();
  const search = (): void => {
    searchRef.current?.focus();
    searchRef.current?.select();
  };
  useKeys([{ key: '/', does: 'Search', run: search }]);
  return (
    <Page title="Jobs" actions={<PageActions />}>
      <FilterBar
        filters={filters}
        onChange={changeFilters}
        searchRef={searchRef}
        isSmall={isSmall}
        tools={
          <ListTools
            list="jobs"
            query={writeFilters(filters)}
            columns={JOB_COLUMNS}
            look={look}
            onLook={changeLook}
          />
        }
      />
      <div ref={fill} className={classes.list} data-small={isSmall}>
        <JobList filters={filters} changeFilters={changeFilters} isSmall={isSmall} look={look} />
      </div>
    </Page>
  );
}

function PageActions() {
  const may = useMay();
  const [isEnqueuing, enqueuing] = useDisclosure(false);
  return (
    <>
      <PauseAllButton />
      {may.operate ? (
        <Button variant="default" leftSection={<PlayIcon />} onClick={enqueuing.open}>
          Run a job type
        </Button>
      ) : null}
      {may.admin ? (
        <Button component={Link} href="/jobs/new" leftSection={<PlusIcon />}>
          New job
        </Button>
      ) : null}
      <EnqueueDialog opened={isEnqueuing} onClose={enqueuing.close} />
    </>
  );
}
