import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { Page } from '../page/page.tsx';
import { useIsScoped, useMay } from '../session/session.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { ChannelTable } from './channel-table.tsx';
import { DeliveriesPanel } from './deliveries-panel.tsx';
import { NewChannelDialog } from './new-channel-dialog.tsx';
import { useChannels } from './use-channels.ts';

/** Where alerts go, and what was sent. */
export function ChannelsPage() {
  const { admin } = useMay();
  const isScoped = useIsScoped();
  const [isNew, setNew] = useState(false);
  if (!admin || isScoped) {
    return (
      <Page title="Channels">
        <Text>Only admins who may see all jobs can see where alerts go, and what was sent.</Text>
      </Page>
    );
  }
  return (
    <Page
      title="Channels"
      lead="Alerts tell people when a job fails, recovers, is late, and so on."
      actions={<Button onClick={() => setNew(true)}>New channel</Button>}
    >
      <Channels />
      <DeliveriesPanel />
      <NewChannelDialog opened={isNew} onClose={() => setNew(false)} />
    </Page>
  );
}

function Channels() {
  const { data, error, isError, refetch } = useChannels();
  return (
    <Panel title="Where alerts go">
      {isError && data === undefined ? <Failed error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && !isError ? <Loading rows={3} /> : null}
      {data?.length === 0 ? (
        <p className={blocks.quiet}>No channels, so nobody gets an alert when a job fails. Create one.</p>
      ) : null}
      {data !== undefined && data.length > 0 ? <ChannelTable channels={data} /> : null}
    </Panel>
  );
}
