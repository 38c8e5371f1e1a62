import type { Stats } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Panel } from '../../ui/layout/panel.tsx';
import { minutePiles } from './minutes.ts';
import { MinutesCharts } from './minutes-charts.tsx';
import { MinutesTable } from './minutes-table.tsx';

interface MinutesPanelProps {
  readonly stats: Stats;
  readonly className?: string | undefined;
}

/** Runs per minute in the last hour, as a chart or as a table. */
export function MinutesPanel({ stats, className }: MinutesPanelProps) {
  const [asTable, setAsTable] = useState(false);
  const piles = useMemo(() => minutePiles(stats.minutes), [stats.minutes]);
  const where = stats.nodes.length > 1 ? ' · of the answering node' : '';
  return (
    <Panel
      title="Runs per minute"
      className={className}
      aside={
        <>
          <span>Last hour{where}</span>
          <Button
            size="compact-sm"
            variant="default"
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            Table
          </Button>
        </>
      }
    >
      {asTable ? <MinutesTable piles={piles} /> : <MinutesCharts piles={piles} />}
    </Panel>
  );
}
