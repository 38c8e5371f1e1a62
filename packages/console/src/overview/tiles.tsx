import type { Stats } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Ago } from '../ui/instant/instant.tsx';
import { durationText } from '../ui/schedule/duration.ts';
import { UNHEALTHY } from '../ui/status/statuses.ts';
import classes from './tiles.module.css';

export function Tiles({ stats }: { readonly stats: Stats }) {
  const { jobs, runs, last_minute: minute, nodes } = stats;
  return (
    <dl className={classes.tiles}>
      <Tile label="Running now" value={runs.running}>
        {placesText(nodes)}
      </Tile>
      <Tile label="Waiting" value={runs.queued}>
        {runs.held === 0 ? 'none held' : `${runs.held} held`}
        {/* An older server does not send it. */}
        {runs.due_since ? (
          <>
            , due <Ago at={runs.due_since} />
          </>
        ) : null}
      </Tile>
      <Tile label="Active jobs" value={<Link href="/jobs?status=active">{jobs.active}</Link>}>
        <Link href="/jobs?status=paused">{jobs.paused} paused</Link>,{' '}
        <Link href="/jobs?status=finished">{jobs.finished} finished</Link>
      </Tile>
      <HealthTile health={stats.health} />
      {minute === null ? null : <MinuteTiles minute={minute} />}
    </dl>
  );
}

/** Nothing for a viewer who may see only some jobs: the places are for all. */
function placesText(nodes: Stats['nodes']): string {
  if (nodes.length === 0) return '';
  const places = nodes.reduce((sum, node) => sum + node.places, 0);
  return `of ${places} ${places === 1 ? 'place' : 'places'}`;
}

function MinuteTiles({ minute }: { readonly minute: NonNullable<Stats['last_minute']> }) {
  const { started, finished, lateness_ms: late } = minute;
  return (
    <>
      <Tile label="Started, last minute" value={started}>
        {finished.succeeded} succeeded,{' '}
        {/* A run that failed in the last minute may have been queued long before. */}
        <Link href="/runs?status=failed&range=24h">{finished.failed} failed</Link>
      </Tile>
      <Tile label="Lateness, last minute" value={lateness(late?.p99)}>
        {late === null
          ? 'nothing started'
          : `p99 · p50 ${lateness(late.p50)}, p95 ${lateness(late.p95)}, max ${lateness(late.max)}`}
      </Tile>
    </>
  );
}

interface TileProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly tone?: 'bad' | undefined;
  /** Shown below the number. */
  readonly children: ReactNode;
}

function Tile({ label, value, tone, children }: TileProps) {
  return (
    <div className={classes.tile}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value} data-tone={tone}>
        {value}
      </dd>
      <dd className={classes.more}>{children}</dd>
    </div>
  );
}

function HealthTile({ health }: { readonly health: Stats['health'] | undefined }) {
  // An older server does not send it.
  if (health === undefined) return null;
  const unhealthy = UNHEALTHY.filter((name) => health[name] > 0);
  const count = unhealthy.reduce((sum, name) => sum + health[name], 0);
  return (
    <Tile
      label="Unhealthy jobs"
      value={<Link href="/jobs?health=unhealthy">{count}</Link>}
      tone={count > 0 ? 'bad' : undefined}
    >
      {count === 0
        ? 'none'
        : unhealthy.map((name) => `${health[name]} ${name.replaceAll('_', ' ')}`).join(', ')}
    </Tile>
  );
}

function lateness(ms: number | undefined): string {
  return ms === undefined ? '–' : durationText(ms);
}
