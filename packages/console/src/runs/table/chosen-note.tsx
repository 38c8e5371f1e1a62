import { Button } from '@mantine/core';
import { Link } from 'wouter';
import blocks from '../../ui/layout/blocks.module.css';
import { comparePath } from '../../ui/paths.ts';
import { type Choosing, chosenPair } from './choosing.ts';

/** How many runs are chosen, and the link to their comparison. Always there, so that changes are spoken. */
export function ChosenNote({ choosing: { chosen, clear } }: { readonly choosing: Choosing }) {
  const pair = chosenPair(chosen);
  return (
    <div role="status">
      {chosen.length === 0 ? null : (
        <div className={blocks.inline}>
          {pair === undefined ? (
            <span>1 run is chosen. Choose another one to compare them.</span>
          ) : (
            <>
              <span>2 runs are chosen.</span>
              <Button component={Link} href={comparePath(...pair)} size="compact-sm">
                Compare them
              </Button>
            </>
          )}
          <Button size="compact-sm" variant="default" onClick={clear}>
            Clear the choice
          </Button>
        </div>
      )}
    </div>
  );
}
