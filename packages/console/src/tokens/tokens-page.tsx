import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useSearchParams } from 'wouter';
import { Page } from '../page/page.tsx';
import { useIsScoped, useMay, useViewer } from '../session/session.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { Toggle, Toggles } from '../ui/toggles/toggles.tsx';
import { NewTokenDialog } from './new-token-dialog.tsx';
import { TokenTable } from './token-table.tsx';
import { useApiTokens } from './use-tokens.ts';

/** API tokens: all of them for admins, and their own ones for operators. */
export function TokensPage() {
  const { admin, operate } = useMay();
  const isScoped = useIsScoped();
  const { account } = useViewer();
  const [isNew, creating] = useDisclosure(false);
  const mayAll = admin && !isScoped;
  if (!mayAll && !(operate && account?.kind === 'user')) {
    return (
      <Page title="Tokens">
        <Text>Only admins and signed-in operators can see and create API tokens.</Text>
      </Page>
    );
  }
  return (
    <Page
      title="Tokens"
      lead="With a token, a program calls the REST API. A token may never do more than its owner."
      actions={
        <Button leftSection={<PlusIcon />} onClick={creating.open}>
          New token
        </Button>
      }
    >
      <Tokens mayAll={mayAll} isPerson={account?.kind === 'user'} />
      <NewTokenDialog opened={isNew} onClose={creating.close} />
    </Page>
  );
}

interface TokensProps {
  /** Whether the viewer sees the tokens of all accounts. */
  readonly mayAll: boolean;
  /** A token has no tokens of its own. */
  readonly isPerson: boolean;
}

function Tokens({ mayAll, isPerson }: TokensProps) {
  const [search, setSearch] = useSearchParams();
  const isMine = !mayAll || (isPerson && search.get('mine') === 'true');
  const query = useApiTokens({ mine: isMine });
  const tokens = query.data?.pages.flatMap(({ data }) => data);
  return (
    <Panel
      title={isMine ? 'Your tokens' : 'All tokens'}
      aside={
        mayAll && isPerson ? (
          <Toggles legend="Whose tokens">
            <Toggle isOn={!isMine} onClick={() => setSearch('')}>
              All
            </Toggle>
            <Toggle isOn={isMine} onClick={() => setSearch('mine=true')}>
              Mine
            </Toggle>
          </Toggles>
        ) : undefined
      }
    >
      {query.isError && tokens === undefined ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Loading rows={3} /> : null}
      {tokens?.length === 0 ? <p className={blocks.quiet}>No tokens yet.</p> : null}
      {tokens === undefined || tokens.length === 0 ? null : <TokenTable tokens={tokens} />}
      {query.hasNextPage ? (
        <Button variant="default" mt="sm" onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Panel>
  );
}
