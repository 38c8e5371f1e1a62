import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { Page } from '../page/page.tsx';
import { useIsScoped, useMay } from '../session/session.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { SecretTable } from './secret-table.tsx';
import { useSecrets } from './use-secrets.ts';

/** The stored secrets: who may see this page can set values, and read none. */
export function SecretsPage() {
  const { admin } = useMay();
  const isScoped = useIsScoped();
  const [toSet, setToSet] = useState<string>();
  if (!admin || isScoped) {
    return (
      <Page title="Secrets">
        <Text>Only admins who may see all jobs can set secrets.</Text>
      </Page>
    );
  }
  return (
    <Page
      title="Secrets"
      lead="Tokens and passwords that payloads name. Their values are sealed, and nobody can read them again."
      actions={<Button onClick={() => setToSet('')}>New secret</Button>}
    >
      <Secrets onReplace={setToSet} />
      <SecretDialog name={toSet} onClose={() => setToSet(undefined)} />
    </Page>
  );
}

function Secrets({ onReplace }: { readonly onReplace: (name: string) => void }) {
  const { data, error, isError, refetch } = useSecrets();
  return (
    <Panel title="Stored secrets">
      {isError && data === undefined ? <Failed error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && !isError ? <Loading rows={3} /> : null}
      {data?.length === 0 ? (
        <p className={blocks.quiet}>
          No secrets. Create one, then write <code>{'{ "$secret": "NAME" }'}</code> in a secret field of a
          payload.
        </p>
      ) : null}
      {data !== undefined && data.length > 0 ? <SecretTable secrets={data} onReplace={onReplace} /> : null}
    </Panel>
  );
}
