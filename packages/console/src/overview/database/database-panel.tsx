import { Ago, Elapsed } from '../../ui/instant/instant.tsx';
import { Fact, Facts } from '../../ui/layout/facts.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { type Database, holderText } from './horizon-words.ts';

interface DatabasePanelProps {
  readonly database: Database;
  readonly className?: string | undefined;
}

/** The dead rows of PostgreSQL, and what keeps them. */
export function DatabasePanel({ database, className }: DatabasePanelProps) {
  const { horizon, wraparound, tables, read_at } = database;
  return (
    <Panel title="Database" className={className}>
      <Facts>
        <Fact name="Oldest snapshot">
          {horizon === null ? (
            'Nobody holds one.'
          ) : (
            <>
              <Plain>{holderText(horizon.holder)}</Plain>
              {horizon.since === null ? null : (
                <>
                  , for <Elapsed since={horizon.since} />
                </>
              )}
              , {horizon.age.toLocaleString('en')} transactions
            </>
          )}
        </Fact>
        {tables.map(({ table, dead_rows, last_vacuum_at }) => (
          <Fact key={table} name={`Dead rows of ${table}`}>
            {dead_rows.toLocaleString('en')}
            {last_vacuum_at === null ? (
              ', never vacuumed'
            ) : (
              <>
                , vacuumed <Ago at={last_vacuum_at} />
              </>
            )}
          </Fact>
        ))}
        <Fact name="Oldest transaction id">
          {wraparound.age.toLocaleString('en')} of {wraparound.limit.toLocaleString('en')} transactions
        </Fact>
        <Fact name="Read">
          <Ago at={read_at} />
        </Fact>
      </Facts>
    </Panel>
  );
}
