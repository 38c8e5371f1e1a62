import { Elapsed } from '../../ui/instant/instant.tsx';
import { Banner } from '../../ui/layout/banner.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { type Database, type Horizon, holderText, horizonAdvice } from './horizon-words.ts';

/** What makes PostgreSQL slow or stops it later, and what to do about it. */
export function DatabaseWarnings({ database }: { readonly database: Database }) {
  const { horizon, wraparound } = database;
  return (
    <>
      {horizon?.is_long === true ? <HeldHorizon horizon={horizon} /> : null}
      {wraparound.is_near ? <NearWraparound wraparound={wraparound} /> : null}
    </>
  );
}

function HeldHorizon({ horizon: { holder, age, since } }: { readonly horizon: Horizon }) {
  return (
    <Banner tone="warning">
      <strong>PostgreSQL can't remove dead rows</strong>: <Plain>{holderText(holder)}</Plain> has held the
      oldest snapshot{' '}
      {since === null ? null : (
        <>
          for <Elapsed since={since} />,{' '}
        </>
      )}
      for {age.toLocaleString('en')} transactions. The engine becomes slower meanwhile.{' '}
      <Plain>{horizonAdvice(holder)}</Plain>
    </Banner>
  );
}

function NearWraparound({
  wraparound: { database, age, limit },
}: {
  readonly wraparound: Database['wraparound'];
}) {
  return (
    <Banner tone="bad">
      <strong>PostgreSQL may stop all writes</strong>: the oldest transaction id of the database{' '}
      <Plain>{database}</Plain> is {age.toLocaleString('en')} transactions old, and{' '}
      {limit.toLocaleString('en')} is the limit. End what holds the oldest snapshot, check that autovacuum is
      on, and run VACUUM (FREEZE) in this database.
    </Banner>
  );
}
