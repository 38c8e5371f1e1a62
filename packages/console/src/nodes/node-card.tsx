import type { JobNode, Run } from '@greenvue/jobs/client';
import { Actor } from '../data/actor.tsx';
import { Help } from '../ui/help/help.tsx';
import { Ago } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fact, Facts } from '../ui/layout/facts.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { Plain } from '../ui/text/text.tsx';
import { DrainButton } from './drain-button.tsx';
import { HEALTH_MEANS, NodeHealth } from './node-health.tsx';
import { NodeRuns } from './node-runs.tsx';
import classes from './nodes.module.css';
import { Places } from './places.tsx';
import { isEmpty } from './working-nodes.ts';

interface CardProps {
  readonly node: JobNode;
  /** What people call it; unique. */
  readonly name: string;
  /** It has answered this request. */
  readonly isAnswering: boolean;
  readonly mayDrain: boolean;
  /** No other node could run what this one leaves. */
  readonly isLast: boolean;
  readonly runs: readonly Run[] | undefined;
}

/** One node: where it is, its state, and what runs there. */
export function NodeCard({ node, name, isAnswering, mayDrain, isLast, runs }: CardProps) {
  const { busy, places } = node;
  return (
    <Panel
      title={name}
      aside={mayDrain ? <DrainButton node={node} name={name} isLast={isLast} /> : undefined}
    >
      <State node={node} />
      <Facts>
        <Fact name="Places">
          {places === 0 ? (
            'None: it serves only the API'
          ) : (
            <span className={classes.places}>
              <Places busy={busy} places={places} /> busy, {Math.max(0, places - busy)} free
            </span>
          )}
        </Fact>
        <Fact name="Version">{node.version === '' ? '–' : <Plain>{node.version}</Plain>}</Fact>
        <Fact name="Started">
          <Ago at={node.started_at} />
        </Fact>
        <Fact name="Seen">
          <Ago at={node.seen_at} />
          {isAnswering ? ', answers this page' : null}
        </Fact>
        <Fact name="Id" help={<Help word="node" />}>
          <code className={classes.id}>
            <Plain>{node.node}</Plain>
          </code>
        </Fact>
      </Facts>
      <h3 className={classes.heading}>Running now</h3>
      <NodeRuns node={node.node} busy={busy} runs={runs} />
    </Panel>
  );
}

function State({ node }: { readonly node: JobNode }) {
  const { health, draining } = node;
  return (
    <div className={classes.state}>
      <NodeHealth health={health} />
      {draining === null ? null : <Help word="drain (node)" />}{' '}
      {draining === null ? (
        <span className={blocks.quiet}>{HEALTH_MEANS[health]}</span>
      ) : (
        <span className={blocks.quiet}>
          Drained <Ago at={draining.since} />
          {draining.by === null ? null : (
            <>
              {' by '}
              <Actor actor={draining.by} />
            </>
          )}
          . {leftText(node)}
        </span>
      )}
    </div>
  );
}

function leftText(node: JobNode): string {
  if (isEmpty(node)) return 'It is empty: you can stop or update it.';
  if (node.health !== 'draining') return `${HEALTH_MEANS[node.health]} It may have runs left.`;
  const left = node.busy + node.buffered;
  return `It finishes ${left === 1 ? '1 run' : `${left} runs`}, and starts no others.`;
}
